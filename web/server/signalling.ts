// socket.io and bare WebSockets on one side, the rooms' core on the other.
//
// Owns which socket is which connection of the core. Decides nothing about rooms and reads no message; transports.ts and
// plain.ts have the sockets' bounds, gate.ts who may come in.

import { EventEmitter } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import type { Socket } from 'socket.io';
import type { ClockPort } from '../../bindings/ports.ts';
import { LoadedRoomCore } from '../../bindings/machine.ts';
import { loadRoom } from '../../bindings/load-room.ts';
import { redactor } from '../../bindings/redact.ts';
import { Trace } from '../../bindings/trace.ts';
import { Addresses } from './addresses.ts';
import { systemClock } from './clock.ts';
import { Connection, freshSecrets } from './connection.ts';
import { Gate } from './gate.ts';
import { askerOf } from './grants.ts';
import { iceSourceOf } from './ice-servers.ts';
import { LimitedLog } from './log.ts';
import type { Logger } from './log.ts';
import type { AttachOptions } from './options.ts';
import { PlainServer } from './plain.ts';
import type { PlainConnection } from './plain-connection.ts';
import { defaults } from './options.ts';
import { frameBody, frameName, notJson } from './payload.ts';
import { RoomHost } from './room-host.ts';
import type { MakeMachine, Origin } from './room-host.ts';
import type { Counts } from './counts.ts';
import type { Journal } from './journal.ts';
import { coreOptions } from './core-options.ts';
import { openJournal } from './file-journal.ts';
import { lockFolder } from './folder-lock.ts';
import type { Stats } from './stats.ts';
import { tokenKeysOf } from './tokens.ts';
import { Transports } from './transports.ts';
import { turnSourceOf } from './turn.ts';

/** What only this package's own parts and tests say. */
export interface SignallingParts {
  readonly makeMachine?: MakeMachine;
  /** Of the core, of its questions to the application and of probes. */
  readonly clock?: ClockPort;
  /** In place of the one that the option `data` stands for. */
  readonly journal?: Journal;
  /** The http server is all ours: an upgrade to another path is nobody's. */
  readonly alone?: boolean;
}

// One core serves all rooms, so its trace has all of them. A pair that meets takes some 115 KB: this is 270 pairs.
const traceMax = { bytesMax: 32 * 1024 * 1024, entriesMax: 300_000 };

// The wake-up of a timer that keeps no process alive: sockets do.
const drainLookMs = 100;

const loadMachine: MakeMachine = async (options, trace) => new LoadedRoomCore(await loadRoom()).create(options, trace);

/** Emits `error` once, if the core fails: everybody has been disconnected then, and nobody can connect any more. */
export class Signalling extends EventEmitter<{ error: [error: unknown] }> {
  /** Resolves when the core is loaded; connections made earlier wait for it. Rejects with why it is not. */
  readonly ready: Promise<void>;
  readonly #log: LimitedLog;
  readonly #gate: Gate;
  readonly #transports: Transports;
  readonly #host: RoomHost;
  readonly #clock: ClockPort;
  readonly #trace: Trace | undefined;
  readonly #journal: Journal | undefined;
  #unlock: (() => void) | undefined;
  readonly #plain: PlainServer | undefined;
  readonly #connections = new Map<string, Connection | PlainConnection>();
  #connectionsEver = 0;
  #draining = false;
  #closing: Promise<void> | undefined;

  constructor(http: HttpServer, options: AttachOptions, log: Logger, parts: SignallingParts = {}) {
    super();
    // Before anything is opened: it throws for a bad key.
    const tokens = tokenKeysOf(options);
    const turn = turnSourceOf(options, () => this.#clock.now());
    this.#log = new LimitedLog(log);
    const addresses = new Addresses(
      {
        connections: options.connectionsPerAddress ?? defaults.connectionsPerAddress,
        joinsPerSecond: options.joinsPerAddress ?? defaults.joinsPerAddress,
        bytesPerSecond: options.bytesPerAddress ?? defaults.bytesPerAddress,
        total: { connections: options.connectionsTotal ?? defaults.connectionsTotal },
      },
      options.trustedProxies,
    );
    this.#gate = new Gate({ origins: options.origins, addresses, log, shut: () => this.#shut(), refused: (code) => this.#host.counts.refused(code) });
    this.#clock = parts.clock ?? systemClock;
    this.#journal = parts.journal ?? (options.data === undefined ? undefined : openJournal(options.data, this.#log));
    const ice = iceSourceOf(options.iceServers, turn ? [turn] : []);
    if (tokens === undefined && options.authorize === undefined) {
      log.warn({}, 'this server is open: whoever reaches it enters any room under any name. Close it by `secret` (--secret), `publicKey` (--public-key) or `authorize`');
    }
    const ask = askerOf({ tokens, authorize: options.authorize, ice, log: this.#log, clock: this.#clock });
    this.#host = new RoomHost(
      {
        deliver: (id, name, ...payload) => this.#connections.get(id)?.deliver(name, ...payload),
        close: (id) => this.#close(id),
        probe: (id, deadlineMs) => void this.#connections.get(id)?.probe(deadlineMs),
        answer: (id, error) => this.#plain?.answer(id, error),
        failed: (error) => this.#failed(error),
      },
      this.#log,
      ask,
      this.#clock,
      this.#journal,
    );
    addresses.waitingFor = (address) => this.#host.waiting(address);
    const { trace: wish } = options;
    this.#trace = wish ? new Trace('room', { ...traceMax, ...(wish === true ? {} : wish) }) : undefined;
    this.#transports = new Transports(http, {
      path: options.path ?? defaults.path,
      alone: parts.alone ?? false,
      gate: this.#gate,
      addresses,
      opened: (socket, origin) => this.#open(socket, origin),
    });
    this.#plain = options.plainServer && new PlainServer(options.plainServer, this.#gate, addresses, {
      asked: ({ room, device }, address, known) => {
        const id = String(++this.#connectionsEver);
        known(id);
        this.#host.handle({ type: 'connection_opened', connection: id, ...freshSecrets(), dialect: 'plain', room, device, address }, { address });
      },
      opened: (connection) => void this.#connections.set(connection.id, connection),
      frame: (id, text) => this.#host.handle({ type: 'frame_arrived', connection: id, name: 'plain', body: text }, this.#originOf(id)),
      gone: (id, deliberate) => {
        const origin = this.#originOf(id);
        this.#connections.delete(id);
        this.#host.handle({ type: 'connection_closed', connection: id, deliberate }, origin);
      },
    });
    const { data } = options;
    const makeMachine: MakeMachine = async (...of) => {
      // Before anything in the folder is read.
      if (data !== undefined) this.#unlock ??= await lockFolder(data);
      return (parts.makeMachine ?? loadMachine)(...of);
    };
    const core = { authorize: tokens !== undefined || options.authorize !== undefined, ownIceServers: ice !== undefined, journal: this.#journal !== undefined };
    this.ready = this.#host.load(makeMachine, coreOptions(options, core), this.#trace);
    // Who does not wait for it hears of a failure by the event.
    this.ready.catch(() => undefined);
  }

  stats(): Stats {
    const { state, figures } = this.#host;
    const ending = this.#draining || this.#closing !== undefined;
    const status = state === 'failed' ? 'failed' : ending ? 'closing' : state === 'loading' ? 'starting' : this.#host.cannotKeep ? 'journal-fails' : 'ok';
    return { status, ...figures, ...(this.#journal && { journal: this.#journal.figures }) };
  }

  get counts(): Counts {
    return this.#host.counts;
  }

  /**
   * Newcomers are refused (`server-closing`); whoever has a place stays. Resolves when nobody is in any room any more, or
   * after that time.
   */
  async drain(msMax: number): Promise<void> {
    this.#draining = true;
    this.#host.handle({ type: 'drain_requested' });
    const end = this.#clock.now() + msMax;
    while (this.#host.figures.members > 0 && this.#host.state === 'running' && this.#clock.now() < end) {
      await new Promise<void>((resolve) => void this.#clock.at(Math.min(end, this.#clock.now() + drainLookMs), resolve));
    }
  }

  /** For what else the http server has: its bare connections and requests count for their addresses too. */
  get gate(): Gate {
    return this.#gate;
  }

  trace(): string {
    return this.#trace?.text(redactor) ?? '';
  }

  /** Everybody is told, what was delivered goes out, the sockets are closed. Done within about a second. */
  close(): Promise<void> {
    // Not called right here: from its first command on this has to be known to be closing.
    this.#closing ??= Promise.resolve().then(() => this.#shutDown());
    return this.#closing;
  }

  #shut(): string | undefined {
    const { status } = this.stats();
    // While it drains, the rooms say who is new and who comes back.
    if (this.#closing && status === 'closing') return 'server-closing: this server is shutting down';
    if (status === 'journal-fails') return 'server-unavailable: this server cannot keep what is said at the moment';
    if (status === 'failed') return 'internal: this server has failed and waits to be restarted';
    return undefined;
  }

  #originOf(id: string): Origin | undefined {
    return this.#connections.get(id)?.origin;
  }

  #open(socket: Socket, origin: Origin): void {
    const connection = new Connection(String(++this.#connectionsEver), socket, origin, this.#clock);
    this.#connections.set(connection.id, connection);
    socket.onAny((event: unknown, argument: unknown) => {
      const name = frameName(event);
      this.#frame(connection, name, frameBody(name, argument));
    });
    socket.conn.on('data', (data: unknown) => {
      if (typeof data === 'string' || connection.closing) return;
      // An attachment. Up to ten could be kept for one event: the first ends it.
      this.#frame(connection, notJson, notJson);
      connection.hangUp();
    });
    socket.on('disconnect', (reason) => {
      this.#connections.delete(connection.id);
      const deliberate = reason === 'client namespace disconnect' || reason === 'server namespace disconnect';
      this.#host.handle({ type: 'connection_closed', connection: connection.id, deliberate }, connection.origin);
    });
    this.#host.handle(connection.opened(), connection.origin);
  }

  #frame(connection: Connection, name: string, body: string): void {
    if (connection.closing) return;
    this.#host.handle({ type: 'frame_arrived', connection: connection.id, name, body }, connection.origin);
  }

  #close(id: string): void {
    const connection = this.#connections.get(id);
    // One whose handshake has had no answer yet.
    if (connection === undefined) this.#plain?.answer(id, { code: 'server-closing', message: 'This server is shutting down.' });
    if (this.#closing) connection?.hangUp();
    else connection?.dismiss();
  }

  #failed(error: unknown): void {
    for (const connection of [...this.#connections.values()]) connection.drop();
    if (this.listenerCount('error') > 0) this.emit('error', error);
  }

  async #shutDown(): Promise<void> {
    this.#host.handle({ type: 'shutdown_requested' });
    for (const connection of [...this.#connections.values()]) connection.hangUp();
    await Promise.all([this.#transports.close(), this.#plain?.close()]);
    this.#host.dispose();
    this.#unlock?.();
    this.#gate.close();
    this.#log.close();
    this.#transports.detach();
    this.#plain?.detach();
  }
}
