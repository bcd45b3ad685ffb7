// Several participants in one Node process: the real client core and the real room core in WebAssembly, joined by
// sockets, peer connections and devices in memory.

import type { RoomCommand, RoomEvent } from '../../bindings/room-types.ts';
import type { RoomMachine } from '../../bindings/machine.ts';
import type { ClientPorts, Transport, TransportEvents, TransportPort, Undo } from '../../bindings/ports.ts';
import type { JoinOptions } from '../../web/sdk/join.ts';
import type { Meeting } from '../../web/sdk/meeting.ts';
import { Claims } from '../../bindings/browser/claims.ts';
import { PageMemory } from '../../bindings/browser/memory.ts';
import { BrowserDevices } from '../../bindings/browser/media-devices.ts';
import { peerPort } from '../../bindings/browser/peer-connection.ts';
import { loadClient } from '../../bindings/load-client.ts';
import { loadLegacyClient } from '../../bindings/load-legacy.ts';
import { loadRoom } from '../../bindings/load-room.ts';
import { LoadedClientCore, LoadedRoomCore } from '../../bindings/machine.ts';
import { Trace } from '../../bindings/trace.ts';
import { joinIn, loadOnce } from '../../web/sdk/join.ts';
import { FakeMediaDevices } from '../../web/testing/fake-devices.ts';
import { FakeStream, asStream } from '../../web/testing/fake-media.ts';
import { FakePage } from './fake-page.ts';
import { FakeWire } from '../../web/testing/fake-wire.ts';

const cores = {
  core: loadOnce(async () => new LoadedClientCore(await loadClient())),
  legacy: loadOnce(async () => new LoadedClientCore(await loadLegacyClient())),
};
const rooms = loadRoom().then((module) => new LoadedRoomCore(module));

const now = (): number => Math.floor(performance.now());

interface Line {
  events: TransportEvents;
  closed: boolean;
}

/** What one participant has of the world, for a test to look at and to meddle with. */
export interface Person {
  media: FakeMediaDevices;
  reported: unknown[];
  timers: Set<NodeJS.Timeout>;
  pageHidden: Set<() => void>;
  ports: ClientPorts;
  /** The socket is lost; what the client does then is its own affair. */
  cutSocket(): void;
  sockets(): number;
}

export class FakeWorld {
  readonly wire = new FakeWire();
  readonly people: Person[] = [];
  readonly problems: RoomCommand[] = [];
  /** No socket opens. */
  unreachable = false;
  /** The server accepts, and says nothing. */
  silent = false;
  /** The server's. */
  readonly trace: Trace;
  readonly #room: RoomMachine;
  readonly #admits: (token: string) => boolean;
  readonly #lines = new Map<string, Line>();
  #connections = 0;
  #names = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `admits`: whom the server lets in; everybody by default. */
  static async make(admits?: (token: string) => boolean): Promise<FakeWorld> {
    const trace = new Trace('room');
    const iceServers = JSON.stringify([{ urls: 'turn:192.0.2.1:3478', username: '1700000000:ada', credential: 'Zm9yYmlkZGVu' }]);
    return new FakeWorld((await rooms).create({ iceServers, authorize: admits !== undefined }, trace), trace, admits);
  }

  private constructor(room: RoomMachine, trace: Trace, admits = (_token: string) => true) {
    this.#room = room;
    this.trace = trace;
    this.#admits = admits;
  }

  /** Joins, as `join` of the package does, but in this world. */
  async join(room: string | undefined, options: JoinOptions = {}): Promise<{ meeting: Meeting; person: Person }> {
    const person = this.person();
    const meeting = await this.joinAs(person, room, options);
    return { meeting, person };
  }

  /** `loads` is told of every module before it is loaded, and may refuse. */
  joinAs(person: Person, room: string | undefined, options: JoinOptions = {}, loads: (which: keyof typeof cores) => unknown = () => {}): Promise<Meeting> {
    const load = async (which: keyof typeof cores): Promise<LoadedClientCore> => {
      await loads(which);
      return cores[which]();
    };
    return joinIn({ load, ports: () => person.ports }, room, options);
  }

  person(): Person {
    const media = new FakeMediaDevices();
    const reported: unknown[] = [];
    const report = (error: unknown): void => void reported.push(error);
    const timers = new Set<NodeJS.Timeout>();
    const pageHidden = new Set<() => void>();
    const lines = new Set<string>();
    const devices = new BrowserDevices({
      mediaDevices: () => media as unknown as MediaDevices,
      stream: () => asStream(new FakeStream()),
      player: () => new FakePage().createElement('audio') as unknown as HTMLMediaElement,
    });
    const id = (): string => `id-${++this.#names}-abcdefghijklmnop`;
    const ports: ClientPorts = {
      clock: { now, at: (instant, wake) => wakeAt(timers, instant, wake) },
      secrets: { id, seed: () => 1 },
      claims: new Claims(new PageMemory('claims', () => undefined), id).at(''),
      transport: this.#transport(lines),
      peers: peerPort({ PeerConnection: this.wire.PeerConnection, stream: () => asStream(new FakeStream()), report }),
      devices,
      onPageHide(listener): Undo {
        pageHidden.add(listener);
        return () => pageHidden.delete(listener);
      },
      report,
    };
    const person: Person = {
      media,
      reported,
      timers,
      pageHidden,
      ports,
      cutSocket: () => {
        for (const id of [...lines]) this.#drop(id, 'transport close', false);
      },
      sockets: () => [...lines].filter((id) => this.#lines.has(id)).length,
    };
    this.people.push(person);
    return person;
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const { timers } of this.people) for (const timer of timers) clearTimeout(timer);
    this.#room.dispose();
  }

  // ---- the server

  #transport(lines: Set<string>): TransportPort {
    return {
      open: (command, events): Transport => {
        const id = `c${++this.#connections}`;
        const line: Line = { events, closed: false };
        setImmediate(() => {
          if (line.closed) return;
          if (this.unreachable) {
            line.closed = true;
            return events.closed('xhr poll error');
          }
          this.#lines.set(id, line);
          lines.add(id);
          this.#tell({
            type: 'connection_opened',
            connection: id,
            session: `s${++this.#names}-abcdefghijklmnop`,
            secret: `x${++this.#names}-abcdefghijklmnopqrstuvwxyz`,
            ...(command.dialect === 'classic'
              ? { dialect: 'classic', user: command.user, room: command.room, name: command.name }
              : { dialect: command.dialect === 'codelab' ? 'codelab' : 'meetwire' }),
          });
          events.opened();
        });
        return {
          send: (name, body) => setImmediate(() => this.#tell({ type: 'frame_arrived', connection: id, name, body })),
          close: () => {
            if (line.closed) return;
            line.closed = true;
            // After what was sent before it.
            setImmediate(() => this.#drop(id, '', true));
          },
        };
      },
    };
  }

  #drop(id: string, reason: string, deliberate: boolean): void {
    const line = this.#lines.get(id);
    if (!line) return;
    this.#lines.delete(id);
    if (!line.closed) {
      line.closed = true;
      setImmediate(() => line.events.closed(reason));
    }
    this.#tell({ type: 'connection_closed', connection: id, deliberate });
  }

  #tell(event: RoomEvent): void {
    if (this.silent || !this.#room.alive) return;
    const { commands, wakeAt: at } = this.#room.handle(now(), event);
    for (const command of commands) this.#carryOut(command);
    clearTimeout(this.#timer);
    if (at !== undefined) this.#timer = setTimeout(() => this.#tell({ type: 'time_passed' }), Math.max(0, at - now()));
    this.#timer?.unref();
  }

  #carryOut(command: RoomCommand): void {
    if (command.type === 'distribute') {
      const { to, name, body, tail, form } = command;
      for (const { connection, head } of to) this.#carryOut({ type: 'deliver', connection, name, body: head + body + tail, form });
    } else if (command.type === 'deliver') {
      setImmediate(() => {
        const line = this.#lines.get(command.connection);
        const body = command.form === 'arguments' ? JSON.stringify((JSON.parse(command.body) as unknown[])[0]) : command.body;
        if (line && !line.closed) line.events.arrived(command.name, body);
      });
    } else if (command.type === 'close_connection') {
      setImmediate(() => this.#drop(command.connection, 'io server disconnect', false));
    } else if (command.type === 'authorize') {
      const { operation, token } = command;
      setImmediate(() => this.#tell({ type: 'authorized', operation, allowed: this.#admits(token), role: 'guest' }));
    } else if (command.type === 'log' && command.level === 'warn') {
      this.problems.push(command);
    }
  }
}

function wakeAt(timers: Set<NodeJS.Timeout>, instant: number, wake: () => void): Undo {
  const timer = setTimeout(
    () => {
      timers.delete(timer);
      wake();
    },
    Math.max(0, Math.ceil(instant - performance.now())),
  );
  timers.add(timer);
  return () => {
    clearTimeout(timer);
    timers.delete(timer);
  };
}
