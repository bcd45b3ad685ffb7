// The signalling server in memory: the same rooms' core and the same host of it as under `meetwire/server`, on virtual
// time, with lines in place of sockets.

import type { Failure } from '../../bindings/client-types.ts';
import type { ClockPort } from '../../bindings/ports.ts';
import type { Chance } from './chance.ts';
import type { Line, LineServer } from './line.ts';
import type { Log } from './log.ts';
import type { Timeline } from './timeline.ts';
import type { AttachOptions } from '../server/options.ts';
import type { Logger } from '../server/logger.ts';
import { loadRoom } from '../../bindings/load-room.ts';
import { LoadedRoomCore } from '../../bindings/machine.ts';
import { redactor } from '../../bindings/redact.ts';
import { Trace } from '../../bindings/trace.ts';
import { askerOf } from '../server/grants.ts';
import { iceSourceOf } from '../server/ice-servers.ts';
import { checkOptions } from '../server/options.ts';
import { frameBody } from '../server/payload.ts';
import { RoomHost } from '../server/room-host.ts';
import { summaryOf } from './log.ts';

/** As of `attach`. */
export type ServerOptions = Pick<AttachOptions, 'authorize' | 'lobby' | 'participantsMax' | 'resumeWindowMs' | 'chatHistoryMax' | 'iceServers'>;

let loading: Promise<LoadedRoomCore> | undefined;

// Once for all worlds of the process; a core that has died is loaded anew.
export function loadRoomCore(): Promise<LoadedRoomCore> {
  return (loading ??= loadRoom().then((module) => {
    const core = new LoadedRoomCore(module);
    core.onDeath(() => (loading = undefined));
    return core;
  }));
}

export interface ServerParts {
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly log: Log;
  report(error: unknown): void;
}

export class Server implements LineServer {
  readonly #parts: ServerParts;
  readonly #options: ServerOptions;
  readonly #core: LoadedRoomCore;
  readonly #lines = new Map<string, Line>();
  readonly #ids = new Map<Line, string>();
  readonly #clock: ClockPort;
  #connections = 0;
  #host: RoomHost | undefined;
  #trace = new Trace('room');

  /** Throws OptionError. */
  constructor(core: LoadedRoomCore, options: ServerOptions, parts: ServerParts) {
    checkOptions(options);
    this.#core = core;
    this.#parts = parts;
    this.#options = options;
    const { timeline } = parts;
    this.#clock = { now: () => Math.floor(timeline.now), at: (instant, wake) => timeline.at(instant, wake) };
  }

  get listening(): boolean {
    return this.#host?.state === 'running' || this.#host?.state === 'loading';
  }

  get rooms(): number {
    return this.#host?.figures.rooms ?? 0;
  }

  start(): void {
    if (this.#host) return;
    const { authorize, iceServers, ...others } = this.#options;
    this.#trace = new Trace('room');
    const ports = {
      deliver: (id: string, name: string, payload: unknown) => this.#deliver(id, name, payload),
      close: (id: string) => this.#lines.get(id)?.dismiss('io server disconnect'),
      probe: (id: string, deadlineMs: number) => this.#lines.get(id)?.probe(deadlineMs),
      answer: (id: string, error: Failure | undefined) => error && this.#lines.get(id)?.dismiss(`refused: ${error.code}`),
      failed: (error: unknown) => this.#parts.report(error),
    };
    const ice = iceSourceOf(typeof iceServers === 'function' ? this.#asking(iceServers) : iceServers);
    const log = this.#logger();
    const ask = askerOf({ authorize: authorize && this.#asking(authorize), ice, log, clock: this.#clock });
    this.#host = new RoomHost(ports, log, ask, this.#clock);
    const shared = ice === undefined ? JSON.stringify(iceServers ?? []) : '[]';
    const options = { iceServers: shared, authorize: authorize !== undefined, ...(ice && { ownIceServers: true }), ...others };
    this.#host.load(async (given, trace) => this.#core.create(given, trace), options, this.#trace).catch((error: unknown) => this.#parts.report(error));
  }

  /** All sockets end, and what the rooms held is forgotten. */
  stop(): void {
    const host = this.#host;
    this.#host = undefined;
    for (const line of [...this.#lines.values()]) line.reset();
    host?.dispose();
  }

  /** As `trace()` of `attach`: since the last start. */
  trace(): string {
    return this.#trace.text(redactor);
  }

  // ---- lines

  opened(line: Line): void {
    const id = String(++this.#connections);
    this.#lines.set(id, line);
    this.#ids.set(line, id);
    const { chance } = this.#parts;
    const identity = { type: 'connection_opened', connection: id, session: chance.text(22), secret: chance.text(43) } as const;
    const { dialect, user, room, name } = line.handshake;
    if (dialect === 'codelab') this.#host?.handle({ ...identity, dialect });
    else if (dialect === 'classic') this.#host?.handle({ ...identity, dialect, user, room, name });
    else if (dialect === 'plain') this.#host?.handle({ ...identity, dialect, room });
    else this.#host?.handle({ ...identity, dialect: 'meetwire' });
  }

  frame(line: Line, name: string, body: string): void {
    const connection = this.#ids.get(line);
    this.#parts.log.add(line.page.name, `→ server: ${summaryOf(name, body)}`);
    if (connection) this.#host?.handle({ type: 'frame_arrived', connection, name, body });
  }

  closed(line: Line, deliberate: boolean): void {
    const connection = this.#ids.get(line);
    if (!connection) return;
    this.#ids.delete(line);
    this.#lines.delete(connection);
    this.#parts.log.add(line.page.name, deliberate ? 'closed the socket' : 'lost the socket');
    this.#host?.handle({ type: 'connection_closed', connection, deliberate });
  }

  #deliver(id: string, name: string, payload: unknown): void {
    const line = this.#lines.get(id);
    if (!line) return;
    const body = frameBody(name, payload);
    this.#parts.log.add(line.page.name, `← server: ${summaryOf(name, body)}`);
    line.deliver(name, body);
  }

  // The application's own work may take real time, which the world waits for.
  #asking<Request, Reply>(ask: (request: Request) => Reply): (request: Request) => Reply {
    return (request) => {
      const answer = ask(request);
      if (answer instanceof Promise) this.#parts.timeline.during(answer);
      return answer;
    };
  }

  #logger(): Logger {
    const { log } = this.#parts;
    const note = (fields: object, message: string): void => log.add('server', `${message} ${JSON.stringify(fields)}`);
    return { debug: () => {}, info: note, warn: note, error: note, fatal: note };
  }
}
