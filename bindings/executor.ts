// Carries out what the client's core commands, and brings back what came of it. Decides nothing.
//
// Owns: the order of things (one event at a time, commands in the order given), the one wake-up timer, the socket and
// the peer connections that are open. After `close` nothing is called any more, whatever was under way.

import type { ClientCommand, ClientEvent, ClientNotice, CommandOf, Denier, DialectName, Slot } from './client-types.ts';
import type { ClientMachine, Step } from './machine.ts';
import type { ClientPorts, Peer, PeerData, Renewed, Transport, Undo } from './ports.ts';
import type { Succession } from './succession.ts';
import { MeetingError } from './errors.ts';

/** Whoever owns the executor: the SDK's meeting. Must not throw. */
export interface ExecutorOwner {
  told(notice: ClientNotice): void;
  remoteTrackChanged(peer: string, slot: Slot, track: MediaStreamTrack | undefined): void;
  /** There is a connection over which data can flow, in place of the one before; or there is none any more. */
  dataChanged(peer: string, data: PeerData | undefined): void;
  /** Somebody says something that nobody here has taken over. */
  dataArrived(): void;
  /** Everything is closed. `error`: our own failure, after which the core could not say goodbye. */
  ended(error: MeetingError | undefined): void;
}

interface OpenPeer {
  peer: Peer | undefined; // undefined: the browser refused to make one
}

interface PeerOperation {
  operation: number;
  peer: string;
  incarnation: number;
}

const keyOf = (command: { peer: string; incarnation: number }): string => `${command.incarnation} ${command.peer}`;

function nameAndMessage(error: unknown): { errorName: string; errorMessage: string } {
  const { name, message } = error instanceof Object ? (error as Partial<Error>) : {};
  return { errorName: String(name ?? 'Error'), errorMessage: String(message ?? error) };
}

export class Executor {
  #machine: ClientMachine;
  readonly #succession: Succession | undefined;
  readonly #ports: ClientPorts;
  readonly #owner: ExecutorOwner;
  readonly #queue: ClientEvent[] = [];
  readonly #peers = new Map<string, OpenPeer>();
  #transport: Transport | undefined;
  #transportNumber = 0;
  #wakeAt: number | undefined;
  #cancelWake: Undo | undefined;
  readonly #forgetNetwork: Undo | undefined;
  #working = false;
  #awaitsHeir = false;
  #left = false;
  #closed = false;

  constructor(machine: ClientMachine, ports: ClientPorts, owner: ExecutorOwner, succession?: Succession) {
    this.#machine = machine;
    this.#succession = succession;
    this.#ports = ports;
    this.#owner = owner;
    ports.devices.onEnded = (track, deniedBy) => this.dispatch({ type: 'track_ended', track, ...(deniedBy && { deniedBy }) });
    ports.devices.onMuteChanged = (track, muted) => this.dispatch({ type: 'track_mute_changed', track, muted });
    ports.devices.onPageShown = () => this.dispatch({ type: 'page_shown' });
    this.#forgetNetwork = ports.onNetworkChange?.(() => this.dispatch({ type: 'network_changed' }));
    ports.devices.onListed = (devices) => this.dispatch({ type: 'devices_changed', devices });
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Events that come while one is being handled wait for their turn; after `close` they are dropped. */
  dispatch(event: ClientEvent): void {
    if (this.#closed) return;
    this.#queue.push(event);
    // Whoever gives up waits for no heir.
    if (event.type === 'leave_requested') this.#endSuccession();
    this.#work();
  }

  #work(): void {
    if (this.#working) return;
    this.#working = true;
    try {
      while (!this.#closed && !this.#awaitsHeir) {
        const next = this.#queue.shift();
        if (!next) break;
        this.#handle(next);
      }
    } catch (error) {
      this.close(error instanceof MeetingError ? error : new MeetingError({ code: 'internal' }, { cause: error }));
    } finally {
      this.#working = false;
    }
  }

  /** The newest connection to that user, or none. */
  connectionTo(user: string): Peer | undefined {
    let newest: Peer | undefined;
    for (const [key, { peer }] of this.#peers) if (key.slice(key.indexOf(' ') + 1) === user) newest = peer;
    return newest;
  }

  /** Lets go of everything at once. The core is not asked. */
  close(error?: MeetingError): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#endSuccession();
    this.#queue.length = 0;
    this.#cancelWake?.();
    this.#forgetNetwork?.();
    this.#closeTransport();
    for (const { peer } of this.#peers.values()) peer?.close();
    this.#peers.clear();
    this.#ports.devices.onEnded = undefined;
    this.#ports.devices.onMuteChanged = undefined;
    this.#ports.devices.onPageShown = undefined;
    this.#ports.devices.onListed = undefined;
    this.#ports.devices.close();
    this.#machine.dispose();
    this.#owner.ended(error);
  }

  #handle(event: ClientEvent): void {
    const now = this.#ports.clock.now();
    this.#succession?.note(now, event);
    this.#carryOutAll(this.#machine.handle(now, event));
  }

  #carryOutAll(step: Step<ClientCommand>): void {
    for (const command of step.commands) {
      if (this.#closed) return;
      this.#carryOut(command);
    }
    this.#wake(step.wakeAt);
    // The core has left and waits for nothing: its last message is out.
    if (this.#left && step.wakeAt === undefined && this.#queue.length === 0) this.close();
  }

  // A server of another kind: what happens meanwhile waits for the machine that can speak to it.
  #succeed({ dialect }: CommandOf<'need_dialect'>): void {
    const succession = this.#succession;
    if (!succession?.open) return;
    this.#awaitsHeir = true;
    succession.heir(dialect).then(
      (heir) => {
        if (!heir) return;
        if (this.#closed) return heir.machine.dispose();
        this.#machine.dispose();
        this.#machine = heir.machine;
        this.#endSuccession();
        this.#carryOutAll(heir.step);
        this.#work();
      },
      (error: unknown) => {
        this.#ports.report(error);
        this.#endSuccession();
        this.#work();
      },
    );
  }

  #endSuccession(): void {
    this.#awaitsHeir = false;
    this.#succession?.close();
  }

  #wake(at: number | undefined): void {
    if (this.#closed || at === this.#wakeAt) return;
    this.#cancelWake?.();
    this.#wakeAt = at;
    this.#cancelWake =
      at === undefined
        ? undefined
        : this.#ports.clock.at(at, () => {
            this.#wakeAt = undefined;
            this.dispatch({ type: 'time_passed' });
          });
  }

  #carryOut(command: ClientCommand): void {
    switch (command.type) {
      case 'open_transport':
        return this.#openTransport(command);
      case 'close_transport':
        return this.#closeTransport();
      case 'renew':
        return this.#renew();
      case 'need_dialect':
        return this.#succeed(command);
      case 'send':
        return this.#transport?.send(command.name, command.body, command.form);
      case 'open_peer':
        return this.#openPeer(command);
      case 'close_peer':
        this.#owner.dataChanged(command.peer, undefined);
        this.#peerOf(command)?.close();
        this.#peers.delete(keyOf(command));
        return;
      case 'add_slot':
        return this.#attempt(() => this.#peerOf(command)?.addSlot(command.slot, command.priority));
      case 'bind_slot':
        return this.#attempt(() => this.#peerOf(command)?.bindSlot(command.slot, command.mid, command.priority));
      case 'configure_peer':
        return this.#attempt(() => this.#peerOf(command)?.setIceServers(command.iceServers));
      case 'restart_ice':
        return this.#attempt(() => this.#peerOf(command)?.restartIce());
      case 'send_text':
        return this.#attempt(() => this.#peerOf(command)?.sendText?.(command.text));
      case 'set_track':
        return this.#operate(command, (peer) => peer.setTrack(command.slot, this.#trackOf(command.track)));
      case 'set_local_description':
        return this.#setLocalDescription(command);
      case 'set_remote_description':
        return this.#operate(command, (peer) => peer.setRemoteDescription(command.description));
      case 'roll_back':
        return this.#operate(command, (peer) => peer.rollBack());
      case 'add_candidate':
        return this.#operate(command, (peer) => peer.addCandidate(command.candidate));
      case 'capture':
        return this.#capture(command);
      case 'release':
        return this.#ports.devices.release(command.track);
      default:
        if (command.type === 'meeting_changed') {
          this.#left = command.state === 'left';
          if (command.state !== 'joining') this.#endSuccession();
        }
        return this.#owner.told(command);
    }
  }

  // ---- the socket

  #openTransport(command: CommandOf<'open_transport'>): void {
    this.#closeTransport();
    const number = this.#transportNumber;
    const { attempt } = command;
    // A socket's last words may come after the next one was opened.
    const dispatch = (event: ClientEvent): void => {
      if (number === this.#transportNumber) this.dispatch(event);
    };
    const closed = (reason: string, speaks?: DialectName, status?: number): void =>
      dispatch({ type: 'transport_closed', attempt, reason, ...(speaks && { speaks }), ...(status !== undefined && { status }) });
    const open = (renewed: Renewed = {}): void => {
      if (number !== this.#transportNumber) return;
      this.#transport = this.#ports.transport.open(command, {
        answered: () => dispatch({ type: 'transport_answered', attempt }),
        opened: () => dispatch({ type: 'transport_opened', attempt, ...renewed }),
        closed,
        arrived: (name, body) => dispatch({ type: 'message_arrived', attempt, name, body }),
      });
    };
    if (attempt === 1 || !this.#ports.renew) return open();
    this.#ports.renew().then(open, (error: unknown) => {
      this.#ports.report(error);
      closed('no token');
    });
  }

  #renew(): void {
    Promise.resolve(this.#ports.renew?.()).then(
      (renewed) => this.dispatch({ type: 'renewal_ready', failed: false, ...renewed }),
      (error: unknown) => {
        if (this.#closed) return;
        this.#ports.report(error);
        this.dispatch({ type: 'renewal_ready', failed: true });
      },
    );
  }

  #closeTransport(): void {
    this.#transportNumber++;
    this.#transport?.close();
    this.#transport = undefined;
  }

  // ---- peer connections

  #peerOf(command: { peer: string; incarnation: number }): Peer | undefined {
    return this.#peers.get(keyOf(command))?.peer;
  }

  #openPeer(command: CommandOf<'open_peer'>): void {
    const { peer, incarnation } = command;
    this.#peerOf(command)?.close();
    const entry: OpenPeer = { peer: undefined };
    this.#peers.set(keyOf(command), entry);
    const dispatch = (event: ClientEvent): void => {
      if (this.#peers.get(keyOf(command)) === entry) this.dispatch(event);
    };
    try {
      entry.peer = this.#ports.peers.open(command, {
        negotiationNeeded: () => dispatch({ type: 'negotiation_needed', peer, incarnation }),
        candidateGathered: (candidate) => dispatch({ type: 'candidate_gathered', peer, incarnation, candidate }),
        connectionChanged: (state) => dispatch({ type: 'connection_changed', peer, incarnation, state }),
        remoteTrackChanged: (slot, track) => {
          if (this.#peers.get(keyOf(command)) === entry) this.#owner.remoteTrackChanged(peer, slot, track);
        },
        dataArrived: () => this.#owner.dataArrived(),
        textArrived: (text) => dispatch({ type: 'text_arrived', peer, incarnation, text }),
      });
      this.#owner.dataChanged(peer, entry.peer.data);
    } catch (error) {
      // To the core a connection that cannot be made is one that has failed: its own back-off applies.
      this.#ports.report(error);
      dispatch({ type: 'connection_changed', peer, incarnation, state: 'failed' });
    }
  }

  // For commands that answer nothing: the browser's refusal must not end the meeting.
  #attempt(command: () => void): void {
    try {
      command();
    } catch (error) {
      this.#ports.report(error);
    }
  }

  // An operation ends once, with an event; that of a peer closed meanwhile ends with none.
  #run<Result>(command: PeerOperation, start: (peer: Peer) => Promise<Result>, done: (result: Result) => ClientEvent): void {
    const { operation, peer, incarnation } = command;
    const entry = this.#peers.get(keyOf(command));
    const isCurrent = (): boolean => this.#peers.get(keyOf(command)) === entry;
    const underWay = new Promise<Result>((resolve) => {
      if (!entry?.peer) throw new MeetingError({ code: 'internal', message: 'There is no such connection.' });
      resolve(start(entry.peer));
    });
    underWay.then(
      (result) => {
        if (isCurrent()) this.dispatch(done(result));
      },
      (error: unknown) => {
        if (isCurrent()) this.dispatch({ type: 'operation_failed', operation, peer, incarnation, ...nameAndMessage(error) });
      },
    );
  }

  #operate(command: PeerOperation, start: (peer: Peer) => Promise<void>): void {
    const { operation, peer, incarnation } = command;
    this.#run(command, start, () => ({ type: 'operation_succeeded', operation, peer, incarnation }));
  }

  #setLocalDescription(command: CommandOf<'set_local_description'>): void {
    const { operation, peer, incarnation } = command;
    this.#run(
      command,
      (connection) => connection.setLocalDescription(),
      ({ description, slots }) => ({ type: 'local_description_set', operation, peer, incarnation, description, slots }),
    );
  }

  // ---- devices

  #trackOf(id: string | undefined): MediaStreamTrack | null {
    return (id === undefined ? undefined : this.#ports.devices.track(id)) ?? null;
  }

  #capture(command: CommandOf<'capture'>): void {
    const { operation } = command;
    this.#ports.devices.capture(command).then(
      (tracks) => this.dispatch({ type: 'capture_succeeded', operation, tracks }),
      (error: unknown) => {
        const deniedBy = (error as { deniedBy?: Denier } | undefined)?.deniedBy;
        this.dispatch({ type: 'capture_failed', operation, ...nameAndMessage(error), ...(deniedBy && { deniedBy }) });
      },
    );
  }
}
