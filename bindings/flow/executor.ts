// Carries out what the flow core commands, and brings back what came of it. Decides nothing.
//
// Owns: the data links, the lanes, the files under way, and the one wake-up timer. After `close` nothing is called.

import type { ErrorCode, LinkState } from '../client-types.ts';
import type { FlowBounds, FlowCommand, FlowCommandOf, FlowEvent } from '../flow-types.ts';
import type { ErrorTable, MeetingError } from '../errors.ts';
import type { Machine } from '../machine.ts';
import type { ClockPort, PeerData, Undo } from '../ports.ts';
import type { DataLinkEvents } from '../browser/data-link.ts';
import type { DigestPort } from './ports.ts';
import type { Message } from './frames.ts';
import type { FileSink } from './sinks.ts';
import type { FileSource } from './sources.ts';
import { DataLink } from '../browser/data-link.ts';
import { readFileFrame } from './file-frames.ts';
import { Incoming } from './incoming.ts';
import { Lane } from './lane.ts';
import { Outgoing } from './outgoing.ts';

export type FlowMachine = Machine<FlowEvent & { body?: string }, FlowCommand>;

/** Whoever owns the executor. Must not throw. */
export interface FlowOwner {
  channelChanged(notice: FlowCommandOf<'channel_changed'>, lost: number): void;
  message(peer: string, label: string, data: Message): void;
  fileOffered(notice: FlowCommandOf<'file_offered'>): void;
  fileMoved(notice: { peer: string; transfer: number; outgoing: boolean; held: number }): void;
  fileEnded(notice: FlowCommandOf<'file_ended'>): void;
  shareChanged(notice: FlowCommandOf<'share_changed'>): void;
  problem(peer: string, error: MeetingError): void;
  /** Our own defect. Everything here is closed. */
  failed(error: unknown): void;
}

export interface FlowTools {
  clock: ClockPort;
  errors: ErrorTable;
  bounds: FlowBounds;
  digest: DigestPort;
}

interface Stream {
  readonly lane: Lane;
  readonly label: string | undefined; // undefined: the files'
  readonly channel: RTCDataChannel;
  /** What breaks the rules on it is told once. */
  complained: boolean;
}

interface Link {
  readonly data: PeerData;
  readonly link: DataLink;
  readonly streams: Map<number, Stream>;
}

const keyOf = ({ peer, transfer }: { peer: string; transfer: number }): string => `${transfer} ${peer}`;

export class FlowExecutor {
  readonly #machine: FlowMachine;
  readonly #tools: FlowTools;
  readonly #owner: FlowOwner;
  readonly #links = new Map<string, Link>();
  readonly #lanes = new Map<string, Map<string | undefined, Lane>>();
  readonly #keeps = new Map<string, boolean>();
  /** What the core was told of each. */
  readonly #seen = new Map<string, string>();
  readonly #outgoing = new Map<string, Outgoing>();
  readonly #incoming = new Map<string, Incoming>();
  readonly #queue: FlowEvent[] = [];
  #working = false;
  #closed = false;
  #wakeAt: number | undefined;
  #cancelWake: Undo | undefined;

  constructor(machine: FlowMachine, tools: FlowTools, owner: FlowOwner) {
    this.#machine = machine;
    this.#tools = tools;
    this.#owner = owner;
  }

  /** Events that come while one is being handled wait for their turn; after `close` they are dropped. */
  dispatch(event: FlowEvent): void {
    if (this.#closed) return;
    this.#queue.push(event);
    if (this.#working) return;
    this.#working = true;
    try {
      for (let next = this.#queue.shift(); next && !this.#closed; next = this.#queue.shift()) this.#handle(next);
    } catch (error) {
      this.close();
      this.#owner.failed(error);
    } finally {
      this.#working = false;
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#queue.length = 0;
    this.#cancelWake?.();
    for (const { link } of this.#links.values()) link.closeAll();
    this.#links.clear();
    for (const lanes of this.#lanes.values()) for (const lane of lanes.values()) lane.close('already-left');
    this.#lanes.clear();
    const left = this.#tools.errors.make('already-left');
    for (const file of this.#outgoing.values()) file.end();
    for (const file of this.#incoming.values()) file.end(left);
    this.#outgoing.clear();
    this.#incoming.clear();
    this.#machine.dispose();
  }

  // ---- links, as the meeting has them

  /** Somebody is in the meeting, and so the connection to them stands. `takesData`: false where none of ours is there. */
  see(peer: string, link: LinkState, takesData: boolean): void {
    const seen = `${link} ${takesData}`;
    if (this.#seen.get(peer) === seen) return;
    this.#seen.set(peer, seen);
    this.dispatch({ type: 'peer_seen', peer, link, takesData });
  }

  setLink(peer: string, data: PeerData | undefined): void {
    const before = this.#links.get(peer);
    if (before?.data === data || this.#closed) return;
    if (before) this.#closeLink(peer, before, false);
    if (!data) return;
    const streams = new Map<number, Stream>();
    const entry: Link = { data, streams, link: new DataLink(data, this.#linkEvents(peer, streams)) };
    this.#links.set(peer, entry);
    entry.link.begin();
  }

  #linkEvents(peer: string, streams: Map<number, Stream>): DataLinkEvents {
    return {
      opened: () => this.dispatch({ type: 'link_opened', peer }),
      closed: () => this.dispatch({ type: 'link_closed', peer, alone: true }),
      control: (text) => this.dispatch({ type: 'control_arrived', peer, text }),
      lost: (stream) => {
        this.#dropStream(peer, streams, stream);
        this.dispatch({ type: 'stream_lost', peer, stream });
      },
      arrived: (stream, data) => this.#arrived(peer, streams.get(stream), data),
    };
  }

  #closeLink(peer: string, { link, streams }: Link, alone: boolean): void {
    this.#links.delete(peer);
    for (const stream of [...streams.keys()]) this.#dropStream(peer, streams, stream);
    link.closeAll();
    for (const lane of this.#lanes.get(peer)?.values() ?? []) lane.unbind('connecting');
    this.dispatch({ type: 'link_closed', peer, alone });
  }

  // ---- lanes

  /** Made when first asked for. `label`: undefined for files. */
  lane(peer: string, label: string | undefined): Lane {
    let lanes = this.#lanes.get(peer);
    if (!lanes) this.#lanes.set(peer, (lanes = new Map()));
    let lane = lanes.get(label);
    if (!lane) {
      const keeps = label !== undefined && (this.#keeps.get(label) ?? true);
      lanes.set(label, (lane = new Lane({ bounds: this.#tools.bounds, errors: this.#tools.errors, keeps })));
    }
    return lane;
  }

  openChannel(label: string, ordered: boolean, maxRetransmits: number | undefined): void {
    this.#keeps.set(label, maxRetransmits === undefined);
    this.dispatch({ type: 'channel_requested', label, ordered, ...(maxRetransmits !== undefined && { maxRetransmits }) });
  }

  closeChannel(label: string): void {
    for (const lanes of this.#lanes.values()) {
      lanes.get(label)?.close('channel-closed');
      lanes.delete(label);
    }
    this.dispatch({ type: 'channel_released', label });
  }

  /** Whoever left is forgotten. */
  forget(peer: string): void {
    const entry = this.#links.get(peer);
    if (entry) this.#closeLink(peer, entry, false);
    this.dispatch({ type: 'peer_left', peer });
    for (const lane of this.#lanes.get(peer)?.values() ?? []) lane.close('peer-gone');
    this.#lanes.delete(peer);
    this.#seen.delete(peer);
  }

  #arrived(peer: string, stream: Stream | undefined, data: ArrayBuffer): void {
    if (!stream || this.#closed) return;
    if (stream.label === undefined) {
      const frame = readFileFrame(data);
      if (frame) this.#incoming.get(keyOf({ peer, transfer: frame.transfer }))?.take(frame);
      return;
    }
    const message = stream.lane.take(data);
    if (message === undefined) return;
    if (message instanceof Error && stream.complained) return;
    stream.complained ||= message instanceof Error;
    if (message instanceof Error) return this.#owner.problem(peer, this.#tools.errors.make('peer-misbehaved', message.message));
    this.#owner.message(peer, stream.label, message);
  }

  #dropStream(peer: string, streams: Map<number, Stream>, id: number): void {
    const stream = streams.get(id);
    streams.delete(id);
    this.#links.get(peer)?.link.close(id);
    stream?.lane.unbind('connecting');
  }

  // ---- files

  sendFile(event: FlowCommandOf<'file_offered'>, source: FileSource): void {
    const { peer, transfer, size } = event;
    const outgoing = new Outgoing(source, transfer, size, this.lane(peer, undefined), this.#tools, {
      read: (run) => this.dispatch({ type: 'file_read', peer, transfer, run }),
      changed: () => this.stopFile(event, true, 'file-changed'),
    });
    this.#outgoing.set(keyOf(event), outgoing);
    this.dispatch({ ...event, type: 'file_requested' });
  }

  /** `done` is called before the transfer's end is told. */
  takeFile({ peer, transfer, size }: FlowCommandOf<'file_offered'>, sink: FileSink, done: (result: unknown) => void, stopped: (cause: unknown) => void): void {
    const incoming = new Incoming(sink, size, this.#tools, {
      stored: (run, held) => this.dispatch({ type: 'block_stored', peer, transfer, run, held }),
      damaged: (run) => this.dispatch({ type: 'block_damaged', peer, transfer, run }),
      complete: (run, result) => {
        done(result);
        this.dispatch({ type: 'file_stored', peer, transfer, run });
      },
      stopped: (code, cause) => {
        stopped(cause);
        this.dispatch({ type: 'file_stopped', peer, transfer, outgoing: false, code, reason: '' });
      },
    });
    this.#incoming.set(keyOf({ peer, transfer }), incoming);
    this.dispatch({ type: 'file_accepted', peer, transfer });
  }

  /** Whether the application has been told of an offer, or nobody there listens for files, so far. */
  offerHeard({ peer, transfer }: { peer: string; transfer: number }, heard: boolean): void {
    this.dispatch({ type: heard ? 'file_heard' : 'file_unheard', peer, transfer });
  }

  stopFile({ peer, transfer }: { peer: string; transfer: number }, outgoing: boolean, code: ErrorCode, reason = ''): void {
    this.dispatch({ type: 'file_stopped', peer, transfer, outgoing, code, reason });
  }

  #endFile(command: FlowCommandOf<'file_ended'>): void {
    const key = keyOf(command);
    if (command.outgoing) {
      this.#outgoing.get(key)?.end();
      this.#outgoing.delete(key);
    } else {
      this.#incoming.get(key)?.end(command.error && this.#tools.errors.make(command.error.code, command.error.detail));
      this.#incoming.delete(key);
    }
    this.#owner.fileEnded(command);
  }

  // ---- the core

  #handle(event: FlowEvent): void {
    const step = this.#machine.handle(this.#tools.clock.now(), event);
    for (const command of step.commands) {
      if (this.#closed) return;
      this.#carryOut(command);
    }
    this.#wake(step.wakeAt);
  }

  #wake(at: number | undefined): void {
    if (this.#closed || at === this.#wakeAt) return;
    this.#cancelWake?.();
    this.#wakeAt = at;
    this.#cancelWake =
      at === undefined
        ? undefined
        : this.#tools.clock.at(at, () => {
            this.#wakeAt = undefined;
            this.dispatch({ type: 'time_passed' });
          });
  }

  #carryOut(command: FlowCommand): void {
    const entry = this.#links.get(command.peer);
    switch (command.type) {
      case 'send_control':
        return entry?.link.sendControl(command.text);
      case 'forget_peer':
        for (const lane of this.#lanes.get(command.peer)?.values() ?? []) lane.forget();
        return;
      case 'open_control':
        return entry?.link.reopenControl();
      case 'close_link':
        if (entry) for (const stream of [...entry.streams.keys()]) this.#dropStream(command.peer, entry.streams, stream);
        return entry?.link.closeAll();
      case 'open_stream':
        return this.#openStream(command, entry);
      case 'close_stream':
        if (entry) this.#dropStream(command.peer, entry.streams, command.stream);
        return;
      case 'channel_changed':
        return this.#changeChannel(command, entry);
      case 'send_file':
        return this.#outgoing.get(keyOf(command))?.begin(command.run, command.from, command.until);
      case 'extend_file':
        if (command.outgoing) this.#outgoing.get(keyOf(command))?.extend(command.held, command.until);
        else this.#incoming.get(keyOf(command))?.extend(command.until);
        return this.#owner.fileMoved(command);
      case 'receive_file':
        return this.#incoming.get(keyOf(command))?.begin(command.run, command.from, command.until);
      case 'file_offered':
        return this.#owner.fileOffered(command);
      case 'file_ended':
        return this.#endFile(command);
      case 'share_changed':
        return this.#owner.shareChanged(command);
      case 'report_problem':
        return this.#owner.problem(command.peer, this.#tools.errors.make(command.error.code, command.error.detail));
    }
  }

  #openStream(command: FlowCommandOf<'open_stream'>, entry: Link | undefined): void {
    const { peer, stream, purpose, ordered, maxRetransmits } = command;
    const label = purpose === 'files' ? undefined : command.label;
    const channel = entry?.link.open(stream, { label: label ?? 'meetwire files', ordered, ...(maxRetransmits !== undefined && { maxRetransmits }) });
    if (!entry || !channel) return this.dispatch({ type: 'stream_lost', peer, stream });
    const lane = this.lane(peer, label);
    lane.begin();
    entry.streams.set(stream, { lane, label, channel, complained: false });
    const made = (): void => this.dispatch({ type: 'stream_made', peer, stream, received: lane.received });
    // A moment later, where the browser announces it.
    if (channel.readyState === 'open') made();
    else channel.onopen = made;
  }

  #changeChannel(command: FlowCommandOf<'channel_changed'>, entry: Link | undefined): void {
    const lane = this.lane(command.peer, command.purpose === 'files' ? undefined : command.label);
    const stream = entry?.streams.get(command.stream);
    let lost = 0;
    if (entry && stream) lost = lane.bind(stream.channel, entry.link.messageBytesMax, command.received);
    else lost = lane.unbind(command.state);
    if (command.purpose === 'application') this.#owner.channelChanged(command, lost);
  }
}


