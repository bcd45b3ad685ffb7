// What flows between participants besides media, for one meeting. A part of its own: a page loads it when it first uses
// any of it, or when somebody else does.

import type { FlowBounds, FlowCommand, FlowEvent, FlowOptions } from '../../../bindings/flow-types.ts';
import type { Undo } from '../../../bindings/ports.ts';
import type { Participant } from '../participant.ts';
import type { DigestPort } from '../../../bindings/flow/ports.ts';
import type { FlowHost } from './host.ts';
import type { ChannelOptions } from './channel.ts';
import type { FileDelivery, SendFileOptions } from './files.ts';
import { browserDigest } from '../../../bindings/browser/digest.ts';
import { FlowExecutor } from '../../../bindings/flow/executor.ts';
import { loadFlow } from '../../../bindings/load-flow.ts';
import { isWellFormed, LoadedCore } from '../../../bindings/machine.ts';
import { Channel } from './channel.ts';
import { Files } from './files.ts';
import { Uplink, type Sight, type WatchOptions } from './uplink.ts';

interface Loaded {
  core: LoadedCore<FlowOptions, FlowEvent & { body?: string }, FlowCommand>;
  bounds: FlowBounds;
}

let loading: Promise<Loaded> | undefined;

// Once for all meetings of a page; a core that has died is loaded anew.
function load(): Promise<Loaded> {
  const start = async (): Promise<Loaded> => {
    const { flowCreate, flowHandle, flowDispose, flowBounds } = await loadFlow();
    const receive = (): string => {
      throw new TypeError('no event has a body');
    };
    const core: Loaded['core'] = new LoadedCore({ create: flowCreate, handle: flowHandle, receive, dispose: flowDispose });
    core.onDeath(() => (loading = undefined));
    return { core, bounds: JSON.parse(flowBounds()) as FlowBounds };
  };
  return (loading ??= start().catch((error: unknown) => {
    loading = undefined;
    throw error;
  }));
}

export async function startFlow(host: FlowHost, digest: DigestPort = browserDigest): Promise<MeetingFlow> {
  return new MeetingFlow(host, await load(), digest);
}

export class MeetingFlow {
  readonly #host: FlowHost;
  readonly #bounds: FlowBounds;
  readonly #executor: FlowExecutor;
  readonly #channels = new Map<string, Channel>();
  readonly #files: Files;
  readonly #uplink: Uplink;

  constructor(host: FlowHost, { core, bounds }: Loaded, digest: DigestPort) {
    const { errors, ports, meeting } = host;
    const participants = () => meeting.participants;
    this.#host = host;
    this.#bounds = bounds;
    const machine = core.create({ user: meeting.me.id, instance: ports.secrets.id() });
    this.#executor = new FlowExecutor(machine, { clock: ports.clock, errors, bounds, digest }, {
      channelChanged: ({ peer, label, state }, lost) => {
        const person = meeting.participants.get(peer);
        if (person) this.#channels.get(label)?.changed(person, state, lost);
      },
      message: (peer, label, data) => {
        const from = meeting.participants.get(peer);
        if (from) this.#channels.get(label)?.received(from, data);
      },
      fileOffered: (notice) => this.#files.offered(notice),
      fileMoved: (notice) => this.#files.moved(notice),
      fileEnded: (notice) => this.#files.ended(notice),
      shareChanged: (notice) => this.#uplink.shareChanged(notice),
      problem: (peer, error) => host.problem(peer, error),
      failed: (error) => {
        ports.report(error);
        this.#end();
      },
    });
    const executor = this.#executor;
    this.#files = new Files({ executor, errors, participants, offer: (offer) => host.offer(offer), report: ports.report });
    this.#uplink = new Uplink({
      clock: ports.clock,
      dispatch: (event) => executor.dispatch(event),
      gauge: (peer) => host.connectionTo(peer)?.gauge,
      peers: () => host.links.keys(),
    });
    meeting.on('participant-left', ({ participant }) => {
      // Whoever came back under the same id has a connection already; their first word tells that they are another one.
      if (!host.links.has(participant.id)) executor.forget(participant.id);
      for (const channel of this.#channels.values()) channel.forget(participant);
      this.#uplink.forget(participant.id);
    });
    void meeting.finished.then(() => this.#end());
    host.linkChanged = (peer, data) => {
      this.#see();
      executor.setLink(peer, data);
      this.#uplink.linksChanged();
    };
    host.fileListened = () => this.#files.listened();
    // Before the application hears of a change, so that what it sends then finds everybody known.
    meeting.subscribe(() => this.#see());
    this.#see();
    for (const [peer, data] of host.links) executor.setLink(peer, data);
    this.#uplink.linksChanged();
  }

  channel(label: string, options: ChannelOptions = {}): Channel {
    const { errors, ports, meeting } = this.#host;
    const { ordered = true, maxRetransmits } = options;
    const most = 65_535;
    const good = maxRetransmits === undefined || (Number.isInteger(maxRetransmits) && maxRetransmits >= 0 && maxRetransmits <= most);
    if (typeof label !== 'string' || !isWellFormed(label)) throw errors.make('invalid-argument', 'label: text without lone surrogates');
    const labelBytes = new TextEncoder().encode(label).length;
    if (labelBytes > this.#bounds.labelBytesMax) {
      throw errors.make('invalid-argument', `label: ${labelBytes} bytes of UTF-8, at most ${this.#bounds.labelBytesMax}`);
    }
    if (typeof ordered !== 'boolean' || !good) throw errors.make('invalid-argument', 'ordered or maxRetransmits');
    if (meeting.state === 'left') throw errors.make('already-left');
    const there = this.#channels.get(label);
    if (there) return there;
    if (this.#channels.size >= this.#bounds.channelsMax) throw errors.make('rate-limited', `${this.#bounds.channelsMax} channels are open`);
    const executor = this.#executor;
    const channel = new Channel(label, options, {
      executor,
      errors,
      messageBytesMax: this.#bounds.messageBytesMax,
      unheard: ({ id }) => this.#host.problem(id, errors.make('rate-limited', `more has come on the channel "${label}" than is kept until somebody listens`)),
      participants: () => meeting.participants,
      report: ports.report,
      released: () => {
        this.#channels.delete(label);
        executor.closeChannel(label);
      },
    });
    this.#channels.set(label, channel);
    executor.openChannel(label, ordered, maxRetransmits);
    return channel;
  }

  send(file: Blob | ReadableStream<Uint8Array>, options?: SendFileOptions): Promise<FileDelivery> {
    return this.#files.send(file, options);
  }

  watch(participant: Participant, source: 'camera' | 'screen', sight: Sight, options?: WatchOptions): Undo {
    return this.#uplink.watch(participant, source, sight, options);
  }

  /** Who is in the meeting, and so the connection to each stands. */
  #see(): void {
    for (const { id, link } of this.#host.meeting.participants.values()) {
      const peer = this.#host.connectionTo(id);
      this.#executor.see(id, link, !peer || peer.data !== undefined);
    }
  }

  #end(): void {
    this.#host.linkChanged = this.#host.fileListened = undefined;
    this.#uplink.close();
    for (const channel of this.#channels.values()) channel.end('already-left');
    this.#channels.clear();
    this.#files.close(this.#host.errors.make('already-left'));
    this.#executor.close();
  }
}
