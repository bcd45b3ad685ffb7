// A meeting as the application sees it: a mirror of what the core says, and wishes back to it. Decides nothing.

import type { ClientEvent, ClientNotice, DialectName, Failure, MeetingState, Role, Slot, Source, Wanted } from '../../bindings/client-types.ts';
import type { ErrorTable } from '../../bindings/errors.ts';
import type { ClientPorts } from '../../bindings/ports.ts';
import type { ExecutorOwner } from '../../bindings/executor.ts';
import type { Trace } from '../../bindings/trace.ts';
import type { Call, CallOptions } from './call.ts';
import type { ListenOptions, Undo } from './events.ts';
import type { Channel, ChannelOptions } from './flow/channel.ts';
import type { MeetingFiles } from './flow/files.ts';
import type { Sight, WatchOptions } from './flow/uplink.ts';
import type { DeviceOptions, ScreenOptions, SourceWish } from './local-source.ts';
import type { MeetingSnapshot } from './snapshot.ts';
import type { MeetingEvents } from './meeting-events.ts';
import type { MeetingParts } from './meeting-parts.ts';
import type { Participant } from './participant.ts';
import type { RecordOptions } from './record/options.ts';
import type { Recording } from './record/recording.ts';
import { MeetingError } from '../../bindings/errors.ts';
import { Executor } from '../../bindings/executor.ts';
import { Calls } from './call.ts';
import { Chat } from './chat.ts';
import { Emitter } from './events.ts';
import { LazyParts } from './lazy-parts.ts';
import { LocalSource } from './local-source.ts';
import { People } from './people.ts';
import { Presence } from './presence.ts';
import { Requests } from './requests.ts';
import { takeSnapshot } from './snapshot.ts';
import { Speaker } from './speaker.ts';

export type { MeetingEvents } from './meeting-events.ts';

const ownSlot: Record<string, Record<Source, Slot>> = {
  video: { camera: 'camera', microphone: 'microphone', screen: 'screen' },
  audio: { camera: 'camera', microphone: 'microphone', screen: 'screen-audio' },
};

export class Meeting extends Presence implements AsyncDisposable {
  /** The room's name; empty: online in no room. */
  readonly id: string;
  readonly me: Participant;
  readonly camera: LocalSource<DeviceOptions>;
  readonly microphone: LocalSource<DeviceOptions>;
  readonly screen: LocalSource<ScreenOptions>;
  /** Through which device one hears the others. */
  readonly speaker: Speaker;
  readonly chat: Chat;
  readonly files: MeetingFiles;

  readonly #calls: Calls;
  readonly #ports: ClientPorts;
  readonly #errors: ErrorTable;
  readonly #trace: Trace | undefined;
  readonly #executor: Executor;
  readonly #emitter: Emitter<MeetingEvents>;
  readonly #changed: Emitter<{ change: undefined }>;
  readonly #people: People;
  /** What is loaded when it is first used. */
  readonly #parts: LazyParts;
  readonly #requests = new Requests((event) => this.dispatch(event));
  readonly #finished: Promise<void>;
  readonly #undos: Undo[] = [];
  #finish: () => void = () => {};
  #state: MeetingState = 'joining';
  #role: Role = 'guest';
  #dialect: DialectName = 'auto';
  #error: MeetingError | undefined;
  #snapshot: MeetingSnapshot | undefined;

  /** Internal: use `join`. */
  constructor({ machine, errors, ports, room, user, name, trace, succession }: MeetingParts) {
    const sourceOwner = {
      devices: ports.devices,
      request: (source: Source, wanted: Wanted, wish: SourceWish) =>
        this.#request((request) => ({ type: 'source_requested', request, source, wanted, ...wish })),
    };
    super((make) => this.#request((request) => make(request, ports.secrets.id())), (type, event) => this.#emitter.emit(type, event as never));
    this.id = room;
    this.#ports = ports;
    this.#emitter = new Emitter(ports.report, (type) => type === 'file' && this.#parts.flow.fileListened());
    const emit = <Type extends keyof MeetingEvents>(type: Type, event: MeetingEvents[Type]): boolean => this.#emitter.emit(type, event);
    this.#parts = new LazyParts({
      meeting: this,
      errors,
      ports,
      connectionTo: (peer) => this.#executor.connectionTo(peer),
      changed: () => this.#change(),
      emit,
    });
    this.#people = new People({ user, parts: this.#parts, makeStream: () => ports.devices.stream(), emit });
    this.me = this.#people.me;
    this.me.setRow({ name });
    this.camera = new LocalSource('camera', sourceOwner);
    this.microphone = new LocalSource('microphone', sourceOwner);
    this.screen = new LocalSource('screen', sourceOwner);
    this.speaker = new Speaker(ports.devices, ports.report);
    this.chat = new Chat(
      (text, to) => this.#say(text, to),
      (typing) => this.dispatch({ type: 'typing_reported', typing }),
    );
    this.#calls = new Calls({ me: user, errors, id: () => ports.secrets.id(), request: (make) => this.#request(make), report: ports.report });
    this.#errors = errors;
    this.#trace = trace;
    this.#changed = new Emitter(ports.report);
    this.#finished = new Promise((resolve) => (this.#finish = resolve));
    this.files = { send: async (file, options) => (await this.#parts.flow.get()).send(file, options) };
    const owner: ExecutorOwner = {
      told: (notice) => this.#told(notice),
      remoteTrackChanged: (peer, slot, track) => {
        const announce = this.#people.trackChanged(peer, slot, track);
        if (announce) this.#show(announce);
      },
      dataChanged: (peer, data) => this.#parts.flow.dataChanged(peer, data),
      dataArrived: () => this.#parts.flow.dataArrived(),
      ended: (error) => this.#ended(error),
    };
    this.#executor = new Executor(machine, ports, owner, succession);
    this.#undos.push(ports.onPageHide(() => void this.leave()));
  }

  get state(): MeetingState {
    return this.#state;
  }

  /** One's own. */
  get role(): Role {
    return this.#role;
  }

  /** The protocol that the server speaks; `auto` until it is known. */
  get dialect(): DialectName {
    return this.#dialect;
  }

  /** Why the meeting was left, or is reconnecting. */
  get error(): MeetingError | undefined {
    return this.#error;
  }

  /** The others, by id, in the order in which they came. */
  get participants(): ReadonlyMap<string, Participant> {
    return this.#people.others;
  }

  /** The calls that ring or stand: one, as a rule. */
  get calls(): readonly Call[] {
    return this.#calls.list;
  }

  /**
   * Rings somebody of the same room; out of rooms, somebody who is online out of rooms. Resolves when it has been asked
   * for; what comes of it the call tells. Rejects with `invalid-user`, `invalid-argument` (oneself, or while another
   * call is under way), `not-joined` or `aborted`.
   */
  call(user: string, options: CallOptions = {}): Promise<Call> {
    return this.#calls.request(user, options);
  }

  /** Immutable, and the same object until something changes. */
  get snapshot(): MeetingSnapshot {
    return (this.#snapshot ??= takeSnapshot(this));
  }

  /** Called whenever `snapshot` has become another one. Gives the undo. */
  subscribe(listener: () => void): Undo {
    return this.#changed.on('change', listener);
  }

  /** Gives the undo. A listener that throws is reported and harms no other. */
  on<Type extends keyof MeetingEvents>(type: Type, listener: (event: MeetingEvents[Type]) => unknown, options?: ListenOptions): Undo {
    return this.#emitter.on(type, listener, options);
  }

  once<Type extends keyof MeetingEvents>(type: Type, listener: (event: MeetingEvents[Type]) => unknown, options?: ListenOptions): Undo {
    return this.#emitter.once(type, listener, options);
  }

  /** For `for await`: everything from the loop's start on; the loop ends with the meeting. */
  events<Type extends keyof MeetingEvents>(type: Type): AsyncIterable<MeetingEvents[Type]> {
    return this.#emitter.events(type);
  }

  /**
   * A data channel of that label to everybody who opens it too, now or later: straight between participants, and the same
   * object for the same label. Opening it again has no effect. Rejects with `invalid-argument`, `rate-limited` (32 are
   * open) or `already-left`, or with `internal` when flow.js cannot be loaded.
   */
  async channel(label: string, options?: ChannelOptions): Promise<Channel> {
    return (await this.#parts.flow.get()).channel(label, options);
  }

  /**
   * Begins to measure, as soon as the part that does so is loaded: each participant's `audioLevel`, `speaking` and `quality`,
   * `activeSpeaker`, and the events `levels`, `active-speaker` and `muted-talking`. Gives the undo; leaving ends it too.
   * Others are measured as they are played: who is not in an audio or video element is silent.
   */
  measure(): Undo {
    return this.#parts.insight.measure();
  }

  /** Whom to look at, perhaps oneself: who spoke last, and not whoever said "yes" in between. Needs `measure()`. */
  get activeSpeaker(): Participant | undefined {
    return this.#parts.insight.activeSpeaker;
  }

  /**
   * Records the meeting on this machine: a picture with everybody in it, and the mixed sound. Whoever comes, leaves, mutes or
   * shares meanwhile is taken as it is. Several may go on at a time. Resolves when it has begun, and only then the others are
   * told; leaving the meeting ends it.
   *
   * Rejects with `permission-denied` where the browser waits for a gesture: before the user has clicked or typed on the page
   * Chromium lets no sound through, unless the page uses a camera or microphone. Begin it in the handler of a click. Also
   * rejects with `not-joined`, `already-left` (also when one leaves before it has begun), `invalid-argument`,
   * `device-unsupported` (this browser cannot record), `device-failed`, or with `internal` when record.js cannot be loaded.
   */
  record(options?: RecordOptions): Promise<Recording> {
    return this.#parts.record(options);
  }

  /**
   * Shows everybody in the element: a tile each, one for each screen, and the sound; as soon as the part that does so is
   * loaded. Gives the undo, which empties it; leaving does so too.
   */
  mount(element: Element): Undo {
    return this.#parts.mount(element);
  }

  /**
   * Tells a participant how large their picture is shown here, so that they send no more than that, and nothing while it is
   * out of sight or the page in the background; from two others on, since they share one line. `sight` is the element that
   * shows it, or `{ width }` in device pixels where none does. `mount` does so by itself. Gives the undo: after the last
   * one the picture counts as not shown.
   */
  watch(participant: Participant, source: 'camera' | 'screen', sight: Sight, options?: WatchOptions): Undo {
    return this.#parts.flow.watch(participant, source, sight, options);
  }

  /**
   * What went into the core since the join and what came out, as lines of JSON for `meetwire replay`: without tokens,
   * passwords, addresses and messages, unless the join said otherwise; empty if it said `trace: false`. Also after the end.
   */
  async trace(): Promise<string> {
    const { redactor } = await import('../../bindings/redact.ts');
    return this.#trace?.text(redactor) ?? '';
  }

  /** Stops the devices, says goodbye and closes everything. May be called any number of times; never rejects. */
  leave(): Promise<void> {
    this.dispatch({ type: 'leave_requested' });
    return this.#finished;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.leave();
  }

  /** Internal: resolves when everything is closed. */
  get finished(): Promise<void> {
    return this.#finished;
  }

  /** Internal: the core's module has died. */
  fail(error: MeetingError): void {
    this.#executor.close(error);
  }

  /** Internal. */
  dispatch(event: ClientEvent): void {
    this.#executor.dispatch(event);
  }

  // ---- wishes

  #request(make: (request: number) => ClientEvent): Promise<void> {
    if (this.#executor.closed) return Promise.reject(this.#errors.make('already-left'));
    return this.#requests.make(make);
  }

  #say(text: string, to: string | undefined): Promise<void> {
    const id = this.#ports.secrets.id();
    return this.#request((request) => ({ type: 'chat_requested', request, id, text, ...(to !== undefined && { to }) }));
  }

  // ---- what the core says

  #told(notice: ClientNotice): void {
    this.#show(this.#apply(notice));
  }

  // What can be seen has changed; then it is told.
  #show(announce: (() => void) | undefined): void {
    this.#change();
    announce?.();
  }

  // Changes the mirror; what it gives is done once all of it can be seen.
  #apply(notice: ClientNotice): (() => void) | undefined {
    const emitter = this.#emitter;
    switch (notice.type) {
      case 'meeting_changed':
        return this.#meetingChanged(notice);
      case 'participant_joined':
      case 'participant_changed':
      case 'participant_left':
      case 'link_changed':
      case 'typing_changed':
        return this.#people.notice(notice);
      case 'source_changed':
        return this.#sourceChanged(notice);
      case 'chat_received':
        this.chat.add(notice.message);
        return () => emitter.emit('chat', notice.message);
      case 'call_changed': {
        const { fresh, announce } = this.#calls.told(notice.call);
        return fresh ? () => emitter.emit('call', fresh) : announce;
      }
      case 'self_changed':
      case 'room_state_changed':
      case 'lobby_changed':
      case 'reaction_received':
      case 'mute_applied':
        return this.notice(notice);
      case 'settle_request':
        return this.#requests.settle(notice.request, this.#errorOf(notice.error));
      case 'report_problem': {
        const participant = this.#people.others.get(notice.peer ?? '');
        const error = new MeetingError(notice.error);
        return () => emitter.emit('problem', { error, participant });
      }
    }
  }

  #meetingChanged({ state, role, dialect, error }: Extract<ClientNotice, { type: 'meeting_changed' }>): () => void {
    this.#state = state;
    this.#role = role;
    this.#dialect = dialect;
    this.#error = this.#errorOf(error);
    this.me.setRow({ role });
    return () => this.#emitter.emit('state', { state, error: this.#error });
  }

  #sourceChanged({ source, state, tracks, device, error }: Extract<ClientNotice, { type: 'source_changed' }>): () => void {
    const live = tracks.flatMap((id) => this.#ports.devices.track(id) ?? []);
    const slots = source === 'screen' ? (['screen', 'screen-audio'] as const) : ([source] as const);
    for (const slot of slots) this.me.setTrack(slot, live.find((track) => ownSlot[track.kind]?.[source] === slot));
    this.me.setWanted(source, state === 'interrupted' ? 'muted' : state === 'on' || state === 'muted' ? state : 'off');
    this[source].change(state, live[0], this.#errorOf(error), device);
    return () => this.#emitter.emit('source', this[source]);
  }

  #ended(error: MeetingError | undefined): void {
    const wasLeft = this.#state === 'left';
    this.#state = 'left';
    if (error) this.#error = this.#errors.make(error.code, undefined, error.cause ?? error);
    for (const source of [this.camera, this.microphone, this.screen]) {
      if (source.state !== 'failed') source.change('off', undefined, undefined);
      this.me.setWanted(source.source, 'off');
    }
    for (const slot of ['camera', 'microphone', 'screen', 'screen-audio'] as const) this.me.setTrack(slot, undefined);
    this.speaker.close();
    this.#people.others.clear();
    for (const undo of this.#undos.splice(0)) undo();
    this.#parts.close();
    this.#calls.close();
    this.#change();
    if (!wasLeft) this.#emitter.emit('state', { state: 'left', error: this.#error });
    this.#requests.end(this.#error ?? this.#errors.make('already-left'));
    this.#emitter.close();
    this.#changed.close();
    this.#finish();
  }

  #change(): void {
    this.#snapshot = undefined;
    this.#changed.emit('change', undefined);
  }

  #errorOf(failure: Failure | undefined): MeetingError | undefined {
    return failure && new MeetingError(failure);
  }
}
