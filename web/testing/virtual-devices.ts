// The devices of one person, as a test sees to them and as the application asks for them.

import type { Source } from '../../bindings/client-types.ts';
import type { Undo } from '../../bindings/ports.ts';
import type { Device, Permission } from '../sdk/devices.ts';
import type { ListenOptions } from '../sdk/events.ts';
import { MeetingError } from '../../bindings/errors.ts';
import type { DeniedBy, FakeMediaDevices } from './fake-devices.ts';
import { FakeTrack, asTrack } from './fake-media.ts';
import { WorldError } from './world-error.ts';

export type { DeniedBy };

const kindOf: Record<Device['kind'], MediaDeviceKind> = { camera: 'videoinput', microphone: 'audioinput', speaker: 'audiooutput' };
const ofKind: Record<string, Device['kind']> = { videoinput: 'camera', audioinput: 'microphone', audiooutput: 'speaker' };
const sources: readonly unknown[] = ['camera', 'microphone', 'screen'] satisfies Source[];

/** What is plugged in by a test. */
export interface PluggedDevice {
  id: string;
  kind: Device['kind'];
  /** Default: the id. */
  label?: string;
  /** Of a camera: `user` looks at the person, `environment` away. */
  facingMode?: 'user' | 'environment';
}

/**
 * In the beginning there are a camera `cam-1`, a microphone `mic-1` and a screen, and all is permitted. `list`, `on` and
 * `permissions` are those of `devices` in `meetwire`.
 */
export class VirtualDevices {
  readonly #media: FakeMediaDevices;
  readonly #listeners = { change: new Set<() => void>(), permission: new Set<() => void>() };
  readonly #report: (error: unknown) => void;

  /** Internal: a person's are `person.devices`. */
  constructor(media: FakeMediaDevices, report: (error: unknown) => void) {
    this.#media = media;
    this.#report = report;
    media.addEventListener('devicechange', () => this.#tell('change'));
  }

  // ---- for the application

  async list(): Promise<Device[]> {
    return this.#media.plugged.map(({ deviceId, kind, label = deviceId }) => ({ id: deviceId, kind: ofKind[kind]!, label }));
  }

  on(type: 'change' | 'permission', listener: () => void, { signal }: ListenOptions = {}): Undo {
    if (!['change', 'permission'].includes(type) || typeof listener !== 'function') throw new MeetingError({ code: 'invalid-argument' });
    if (signal?.aborted) return () => {};
    const entry = (): void => listener();
    const undo = (): void => void this.#listeners[type].delete(entry);
    this.#listeners[type].add(entry);
    signal?.addEventListener('abort', undo, { once: true });
    return undo;
  }

  async permissions(): Promise<{ camera: Permission; microphone: Permission }> {
    return { camera: this.#media.permission('camera'), microphone: this.#media.permission('microphone') };
  }

  // ---- for the test

  /** `first`: from now on it is what the browser takes by itself. */
  plug({ id, kind, label, facingMode }: PluggedDevice, { first = false } = {}): void {
    if (!Object.hasOwn(kindOf, kind) || typeof id !== 'string' || id === '') throw new WorldError('invalid-argument', 'A device has an id, and is a camera, a microphone or a speaker');
    this.#media.plugIn({ deviceId: id, kind: kindOf[kind], ...(label !== undefined && { label }), ...(facingMode && { facingMode }) }, first);
  }

  /** What it gives ends. */
  unplug(id: string): void {
    this.#known(id);
    this.#media.unplug(id);
  }

  /**
   * `browser` (the default): the page's permission is taken back, and what runs ends. `user`: whenever it is asked for, the
   * person says no; of a screen: closes the picker. `system`: the operating system does not let the browser.
   */
  deny(source: Source, by: DeniedBy = 'browser'): void {
    this.#check(source);
    this.#media.denied.set(source, by);
    if (by !== 'user') for (const track of this.#of(source)) track.end();
    this.#tell('permission');
  }

  allow(source: Source): void {
    this.#check(source);
    this.#media.denied.delete(source);
    this.#tell('permission');
  }

  /** Another program keeps the device to itself, or no longer does. */
  occupy(id: string, occupied = true): void {
    this.#known(id);
    if (occupied) this.#media.busy.add(id);
    else this.#media.busy.delete(id);
  }

  /**
   * As on phones: of cameras (or microphones) one can be open at a time, and another one is in use until that is given
   * back.
   */
  onlyOne(kind: 'camera' | 'microphone', isSo = true): void {
    if (kind !== 'camera' && kind !== 'microphone') throw new WorldError('invalid-argument', 'There can be only one camera or one microphone');
    const name = kind === 'camera' ? 'videoinput' : 'audioinput';
    if (isSo) this.#media.single.add(name);
    else this.#media.single.delete(name);
  }

  /** The system interrupts what is live, as a phone call does: it stays live and gives nothing; or it gives again. */
  interrupt(source: 'camera' | 'microphone', interrupted = true): void {
    this.#check(source);
    for (const track of this.#of(source)) track.setMuted(interrupted);
  }

  /** What is plugged in becomes the system's default of its kind. */
  makeDefault(id: string): void {
    this.#known(id);
    this.#media.prefer(id);
  }

  /** As the browser's own bar does. */
  stopSharing(): void {
    for (const track of this.#of('screen')) track.end();
  }

  /** Which tracks run: whose light is on, so to speak. */
  get live(): readonly MediaStreamTrack[] {
    return this.#media.live.map(asTrack);
  }

  /** A track of the application's own, of a canvas or a file. */
  track(kind: 'audio' | 'video', label = 'own'): MediaStreamTrack {
    return asTrack(new FakeTrack(kind, label));
  }

  #of(source: Source): FakeTrack[] {
    return this.#media.live.filter(({ label }) => label === source || (source === 'screen' && label === 'screen sound'));
  }

  #check(source: unknown): void {
    if (!sources.includes(source)) throw new WorldError('invalid-argument', `There is no source ${String(source)}: camera, microphone or screen`);
  }

  #known(id: string): void {
    if (this.#media.plugged.some(({ deviceId }) => deviceId === id)) return;
    throw new WorldError('invalid-argument', `No device ${String(id)} is plugged in: ${this.#media.plugged.map(({ deviceId }) => deviceId).join(', ')}`);
  }

  #tell(type: 'change' | 'permission'): void {
    for (const listener of [...this.#listeners[type]]) {
      try {
        listener();
      } catch (error) {
        this.#report(error);
      }
    }
  }
}
