// Recording of a meeting, or of one person in it, on the user's machine. A part of its own: a page loads it when it first
// records.

import type { MeetingState } from '../../../bindings/client-types.ts';
import type { ClientPorts, Undo } from '../../../bindings/ports.ts';
import type { ErrorTable, MeetingError } from '../../../bindings/errors.ts';
import type { RecordingPort } from '../../../bindings/recording/ports.ts';
import type { Participant } from '../participant.ts';
import type { RecordOptions } from './options.ts';
import { browserRecording } from '../../../bindings/browser/recording/recorder.ts';
import { Attention, type Watched } from './attention.ts';
import { readOptions } from './options.ts';
import { Recording, type RecordingEnd } from './recording.ts';
import { sceneOf } from './scene.ts';

/** Internal: as much of a meeting as is recorded. */
export interface Recordable extends Watched {
  readonly id: string;
  readonly me: Participant;
  readonly state: MeetingState;
  subscribe(listener: () => void): Undo;
  setAttributes(values: Record<string, string>): Promise<void>;
}

/** Internal: what it needs of its meeting. */
export interface RecordHost {
  readonly meeting: Recordable;
  readonly errors: ErrorTable;
  readonly ports: ClientPorts;
  /** Something failed that nobody asks about. */
  problem(error: MeetingError): void;
}

/** How many recordings go on that the others see. */
const announced = new WeakMap<Recordable, number>();

function announce(meeting: Recordable, change: 1 | -1): void {
  const before = announced.get(meeting) ?? 0;
  const now = before + change;
  announced.set(meeting, now);
  if ((before === 0) === (now === 0) || meeting.state === 'left') return;
  // Not every server has attributes; a recording is none the worse for it.
  meeting.setAttributes({ recording: now > 0 ? 'on' : '' }).catch(() => {});
}

/** Of the whole meeting, or of `who` alone. */
export async function record(
  { meeting, errors, ports, problem }: RecordHost,
  options: RecordOptions = {},
  who?: Participant,
  port: RecordingPort = browserRecording,
): Promise<Recording> {
  const { state } = meeting;
  if (state === 'left') throw errors.make('already-left');
  if (state === 'joining' || state === 'waiting') throw errors.make('not-joined');
  const isHere = (): boolean => !who || who === meeting.me || meeting.participants.get(who.id) === who;
  if (!isHere()) throw errors.make('peer-gone');
  const wish = readOptions(options, port, errors);

  let recording: Recording | undefined;
  let isAnnounced = false;
  let isReleased = false;
  const start = new AbortController();
  const attention = new Attention(meeting);
  const scene = () => {
    const now = sceneOf(who ? [who] : [meeting.me, ...meeting.participants.values()], wish);
    attention.turnTo(now);
    return now;
  };
  const endOf = (): RecordingEnd | undefined => (meeting.state === 'left' ? 'left' : isHere() ? undefined : 'participant-left');
  const follow = (): void => {
    const end = endOf();
    if (!end) return recording?.show(scene());
    // Who waits for it to begin waits no longer.
    start.abort(errors.make(end === 'left' ? 'already-left' : 'peer-gone'));
    recording?.end(end);
  };
  const undo = meeting.subscribe(follow);
  recording = await Recording.start(port, wish, scene(), {
    clock: ports.clock,
    errors,
    name: (who ? who.name : meeting.id) || 'recording',
    report: ports.report,
    problem,
    released() {
      isReleased = true;
      undo();
      attention.end();
      if (isAnnounced) announce(meeting, -1);
    },
  }, start.signal);
  if (isReleased) return recording;
  // Not earlier: it might never have begun.
  isAnnounced = wish.announce;
  if (isAnnounced) announce(meeting, 1);
  follow();
  return recording;
}
