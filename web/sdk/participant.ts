// One person in the meeting, oneself included: a live view that keeps its identity as long as the person is there.

import type { LinkState, ParticipantRow, Role, Slot, Source, Wanted } from '../../bindings/client-types.ts';
import type { ChatMessage } from '../../bindings/client-types.ts';
import type { Record as RecordOne } from './record-part.ts';
import type { RecordOptions } from './record/options.ts';
import type { Recording } from './record/recording.ts';

export type { ChatMessage, LinkState, Role, Source };

/** What one person shows or says by one source. */
export interface ParticipantSource {
  /** Live for the others. A source may be on before its track has come over the network. */
  readonly on: boolean;
  /** Started, but held back for the moment. */
  readonly muted: boolean;
  readonly track: MediaStreamTrack | undefined;
  /** The same object for as long as the person is there; a screen's sound is in it too. */
  readonly stream: MediaStream | undefined;
}

const slotsOf: Record<Source, [Slot, ...Slot[]]> = {
  camera: ['camera'],
  microphone: ['microphone'],
  screen: ['screen', 'screen-audio'],
};

class SourceView implements ParticipantSource {
  wanted: Wanted = 'off';
  readonly tracks = new Map<Slot, MediaStreamTrack>();
  readonly #source: Source;
  readonly #makeStream: () => MediaStream;
  #stream: MediaStream | undefined;

  constructor(source: Source, makeStream: () => MediaStream) {
    this.#source = source;
    this.#makeStream = makeStream;
  }

  get on(): boolean {
    return this.wanted === 'on';
  }

  get muted(): boolean {
    return this.wanted === 'muted';
  }

  get track(): MediaStreamTrack | undefined {
    return this.on ? this.tracks.get(slotsOf[this.#source][0]) : undefined;
  }

  get stream(): MediaStream | undefined {
    return this.on && this.tracks.size > 0 ? this.#stream : undefined;
  }

  set(slot: Slot, track: MediaStreamTrack | undefined): void {
    const before = this.tracks.get(slot);
    if (before === track) return;
    this.#stream ??= this.#makeStream();
    if (before) this.#stream.removeTrack(before);
    this.tracks.delete(slot);
    if (!track) return;
    this.tracks.set(slot, track);
    this.#stream.addTrack(track);
  }
}

type Shown = Pick<ParticipantRow, 'name' | 'role' | 'away' | 'attributes' | 'hand' | 'asksForFloor'>;

export class Participant {
  readonly id: string;
  /** Whether this is oneself. */
  readonly local: boolean;
  #row: Shown;
  #connection: LinkState = 'connecting';
  #typing = false;
  readonly #sources: Record<Source, SourceView>;
  readonly #record: RecordOne;

  /** Internal: participants are found in `meeting.participants`. */
  constructor(id: string, local: boolean, makeStream: () => MediaStream, record: RecordOne) {
    this.id = id;
    this.local = local;
    this.#record = record;
    this.#row = { name: '', role: 'guest', away: false, attributes: {}, hand: 0, asksForFloor: false };
    this.#sources = {
      camera: new SourceView('camera', makeStream),
      microphone: new SourceView('microphone', makeStream),
      screen: new SourceView('screen', makeStream),
    };
  }

  /** The display name, or the id of somebody without one. Text, never markup. */
  get name(): string {
    return this.#row.name || this.id;
  }

  get role(): Role {
    return this.#row.role;
  }

  /** What this participant has set of its own: see `meeting.setAttributes`. Not to be changed. */
  get attributes(): Readonly<Record<string, string>> {
    return this.#row.attributes;
  }

  get handRaised(): boolean {
    return this.hand > 0;
  }

  /** The place in the order of raising, of those whose hand is up; 0: it is down. `meeting.raisedHands` has them sorted. */
  get hand(): number {
    return this.#row.hand;
  }

  /** A viewer who would like to speak. */
  get asksForFloor(): boolean {
    return this.#row.asksForFloor;
  }

  get camera(): ParticipantSource {
    return this.#sources.camera;
  }

  get microphone(): ParticipantSource {
    return this.#sources.microphone;
  }

  get screen(): ParticipantSource {
    return this.#sources.screen;
  }

  /**
   * Of the media between oneself and this person. One's own is always `connected`; `none` where one of the two connects on
   * call only, and no call stands between them, or where both are viewers.
   */
  get connection(): LinkState {
    if (this.local) return 'connected';
    return this.#row.away && this.#connection === 'connected' ? 'reconnecting' : this.#connection;
  }

  /** Writes a message to all, as this person's program says. Always false of oneself. */
  get typing(): boolean {
    return this.#typing;
  }

  /**
   * As `meeting.record`, of this person alone: camera and shared screen, with their sound. Ends by itself when they leave;
   * rejects with `peer-gone` when they have.
   */
  record(options?: RecordOptions): Promise<Recording> {
    return this.#record(options, this);
  }

  /** Internal. */
  setTyping(typing: boolean): void {
    this.#typing = typing;
  }

  /** Internal: what the roster says. */
  setRow(row: Partial<Shown & Pick<ParticipantRow, 'media'>>): void {
    this.#row = { ...this.#row, ...row };
    for (const [source, wanted] of Object.entries(row.media ?? {})) this.setWanted(source as Source, wanted);
  }

  /** Internal. */
  setWanted(source: Source, wanted: Wanted): void {
    this.#sources[source].wanted = wanted;
  }

  /** Internal. */
  setTrack(slot: Slot, track: MediaStreamTrack | undefined): void {
    const source = slot === 'screen-audio' ? 'screen' : slot;
    this.#sources[source].set(slot, track);
  }

  /** Internal. */
  setConnection(state: LinkState): void {
    this.#connection = state;
    if (state !== 'none') return;
    for (const slot of Object.values(slotsOf).flat()) this.setTrack(slot, undefined);
  }
}
