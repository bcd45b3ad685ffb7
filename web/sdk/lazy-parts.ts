// What of a meeting is loaded only when a page first uses it: data and files, measuring, showing it in an element, recording.

import type { ErrorTable } from '../../bindings/errors.ts';
import type { ClientPorts, Peer, Undo } from '../../bindings/ports.ts';
import type { FileOffer } from './flow/files.ts';
import type { FlowMeeting } from './flow/host.ts';
import type { InsightMeeting } from './insight/host.ts';
import type { MeetingEvents } from './meeting-events.ts';
import type { Mountable } from './mount.ts';
import type { Explanation } from '../../bindings/insight-types.ts';
import type { Participant, PersonParts } from './participant.ts';
import type { Recordable } from './record/index.ts';
import type { RecordOptions } from './record/options.ts';
import type { Recording } from './record/recording.ts';
import { FlowPart } from './flow-part.ts';
import { InsightPart } from './insight-part.ts';
import { onFirstUse, whileWanted } from './on-first-use.ts';

/** What the parts need of their meeting. */
export interface PartsHost {
  readonly meeting: FlowMeeting & InsightMeeting & Mountable & Recordable;
  readonly errors: ErrorTable;
  readonly ports: ClientPorts;
  connectionTo(user: string): Peer | undefined;
  /** Something that can be seen has changed. */
  changed(): void;
  /** False: nobody listens. */
  emit<Type extends keyof MeetingEvents>(type: Type, event: MeetingEvents[Type]): boolean;
}

export class LazyParts implements PersonParts {
  readonly flow: FlowPart;
  readonly insight: InsightPart;
  readonly #host: PartsHost;
  readonly #undos: Undo[] = [];
  readonly #recording: () => Promise<typeof import('./record/index.ts')>;
  readonly #mounting: () => Promise<typeof import('./mount.ts')>;

  constructor(host: PartsHost) {
    this.#host = host;
    const { meeting, emit } = host;
    this.flow = new FlowPart({
      ...host,
      offer: (offer: FileOffer) => emit('file', offer),
      problem: (peer, error) => emit('problem', { error, participant: meeting.participants.get(peer) }),
    });
    this.insight = new InsightPart({
      ...host,
      tell: (type, event) => {
        if (type !== 'levels') host.changed();
        emit(type, event);
      },
    });
    this.#recording = onFirstUse(host, 'record', () => import('./record/index.ts'));
    this.#mounting = onFirstUse(host, 'mount', () => import('./mount.ts'));
  }

  explain(participant: Participant): Promise<readonly Explanation[]> {
    return this.insight.explain(participant);
  }

  async record(options?: RecordOptions, who?: Participant): Promise<Recording> {
    const { meeting, errors } = this.#host;
    const left = meeting.finished.then((): never => {
      throw errors.make('already-left');
    });
    const { record } = await Promise.race([this.#recording(), left]);
    return record({ ...this.#host, problem: (error) => void this.#host.emit('problem', { error, participant: undefined }) }, options, who);
  }

  mount(element: Element): Undo {
    if (this.#host.meeting.state === 'left') return () => {};
    const { meeting, ports, emit } = this.#host;
    const begin = ({ mount }: typeof import('./mount.ts')): Undo =>
      mount(meeting, element, {
        audioBlocked: (unlock) => emit('audio-blocked', { unlock }),
        audioUnlocked: () => emit('audio-unlocked', undefined),
      });
    const undo = whileWanted(this.#mounting, begin, ports.report);
    this.#undos.push(undo);
    return undo;
  }

  /** The meeting has ended: nothing is shown any more. */
  close(): void {
    for (const undo of this.#undos.splice(0)) undo();
  }
}
