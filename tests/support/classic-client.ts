// A double of the course's own client, in both editions: what our server has to serve. Runs in Node with made-up
// descriptions and in a browser with real connections, by the peer factory that it is given.
//
// Must not know anything of Meetwire: it is the other side. No Node imports: pages bundle it too.

import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';

export type ClassicEdition = 'first' | 'later';

/**
 * Which of the course's pages it is. many2many offers to everybody listed, once, and answers. one2one has a connection only
 * once it has called or was called: an offer without a `call` before meets nothing. one2many: a viewer offers to the publisher
 * alone, once, receives only and answers nobody; a publisher never offers.
 */
export type ClassicPage = 'many2many' | 'one2one' | 'one2many';

export interface SessionDescription {
  type: 'offer' | 'answer';
  sdp: string;
}

export interface IceCandidate {
  candidate: string;
  sdpMid?: string | null;
  sdpMLineIndex?: number | null;
}

/** As much of a peer connection as the classic client uses. */
export interface ClassicPeer {
  /** `receivesOnly`: as a viewer's page does. */
  offer(receivesOnly?: boolean): Promise<SessionDescription>;
  /** Adds its tracks each time, as the pages do: the second one throws. */
  answer(offer: SessionDescription): Promise<SessionDescription>;
  accept(answer: SessionDescription): Promise<void>;
  addCandidate(candidate: IceCandidate): Promise<void>;
  readonly connected: boolean;
  /** Over the own data channel, as the pages do; false while it is not open. */
  write?(text: string): boolean;
  close(): void;
}

/** Each page opens a channel of its own to write over, and reads what comes over the one that the other has opened. */
export interface TextChannel {
  readonly label: string;
  heard(text: string): void;
}

/** `gathered` is called for every candidate; the end of them is not told. */
export type PeerFactory = (user: string, gathered: (candidate: IceCandidate) => void, text: TextChannel) => ClassicPeer;

export interface ClassicClientOptions {
  edition?: ClassicEdition;
  user: string;
  /** Absent: online, can be called, in no room. */
  room?: string;
  /** Later edition only. */
  nickname?: string;
  publisher?: boolean;
  /** Default: many2many. */
  page?: ClassicPage;
  /** How long a viewer waits before it asks for the roster; the real one 2 s. */
  patienceMs?: number;
  peers?: PeerFactory;
  /** Default: whatever socket.io does by itself. */
  transports?: ('polling' | 'websocket')[];
  reconnection?: boolean;
}

export interface ClassicEnvelope {
  type: string;
  msg: string;
  status: number;
  data: Record<string, unknown> | null;
}

export class ClassicClient {
  readonly user: string;
  readonly edition: ClassicEdition;
  /** Everything that came as `msg`, in order; chat stands among it as it was sent. */
  readonly received: unknown[] = [];
  /** The ids of the last roster reply. */
  roster: string[] = [];
  /** By the other's id. */
  readonly peers = new Map<string, ClassicPeer>();
  /** What the others have written over data channels, as `<user>: <text>`. */
  readonly texts: string[] = [];
  /** What a real client of this edition would have stumbled over. */
  readonly faults: string[] = [];
  readonly socket: Socket;
  readonly #options: ClassicClientOptions;
  // Only the first reply after a connect makes it offer.
  #newcomer = false;
  // It asks once its media is open, which takes longer than its own `join`.
  #asked = false;
  #publisher: string | undefined;
  // One message at a time, in the order of arrival: setting descriptions takes time.
  #work: Promise<void> = Promise.resolve();

  constructor(url: string, options: ClassicClientOptions) {
    this.#options = options;
    this.user = options.user;
    this.edition = options.edition ?? 'later';
    const query: Record<string, string> = { userId: options.user };
    if (options.room !== undefined) query['roomId'] = options.room;
    if (this.edition === 'later') {
      query['nickname'] = options.nickname ?? options.user;
      query['pub'] = options.publisher === true ? 'pub' : 'sub';
    }
    const { transports, reconnection = false } = options;
    this.socket = io(url, { query, forceNew: true, autoConnect: false, reconnection, ...(transports ? { transports } : {}) });
    this.socket.on('connect', () => this.#connected());
    this.socket.on('roomUserList', (reply: unknown) => this.#roster(reply));
    this.socket.on('msg', (message: unknown) => this.#message(message));
  }

  /** Rejects with why the server would not have it. */
  connect(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.once('connect', resolve);
      this.socket.once('connect_error', reject);
      this.socket.connect();
    });
  }

  /** The envelopes of one type. */
  envelopes(type: string): ClassicEnvelope[] {
    return this.received.filter((message) => (message as ClassicEnvelope | null)?.type === type) as ClassicEnvelope[];
  }

  get connectedPeers(): string[] {
    return [...this.peers].filter(([, peer]) => peer.connected).map(([user]) => user).sort();
  }

  say(payload: unknown): void {
    this.socket.emit('msg', payload);
  }

  askForRoster(room = this.#options.room): void {
    this.socket.emit('roomUserList', { roomId: room });
  }

  /** One-to-one: the callee prepares, then the offer comes. */
  async call(user: string): Promise<void> {
    this.socket.emit('call', { userId: this.user, targetUid: user });
    await this.#offerTo(user);
  }

  /** Over the data channels, to everybody that it is connected with. Gives to how many. */
  write(text: string): number {
    return [...this.peers.values()].filter((peer) => peer.write?.(text) === true).length;
  }

  close(): void {
    for (const peer of this.peers.values()) peer.close();
    this.peers.clear();
    this.socket.disconnect();
  }

  #connected(): void {
    this.#newcomer = this.#options.room !== undefined && this.#page !== 'one2one';
    this.#asked = false;
  }

  get #page(): ClassicPage {
    return this.#options.page ?? 'many2many';
  }

  #joined(): void {
    if (!this.#newcomer || this.#asked) return;
    this.#asked = true;
    const patience = this.#page === 'one2many' ? (this.#options.patienceMs ?? 2_000) : 0;
    if (patience > 0) setTimeout(() => this.askForRoster(), patience);
    else this.askForRoster();
  }

  #roster(reply: unknown): void {
    const users = this.edition === 'first' ? usersOfHash(reply) : usersOfArray(reply);
    if (users === undefined) return void this.faults.push('a roster in the form of the other edition');
    this.roster = users;
    if (!this.#newcomer) return;
    this.#newcomer = false;
    for (const user of users.filter((one) => one !== this.user && this.#offersTo(one, reply))) this.#queue(() => this.#offerTo(user));
  }

  #offersTo(user: string, reply: unknown): boolean {
    if (this.#page !== 'one2many') return true;
    if (this.#options.publisher === true) return false;
    const rows = Array.isArray(reply) ? (reply as { userId: string; pub?: unknown }[]) : [];
    if (!rows.some((row) => row.userId === user && row.pub === 'pub')) return false;
    this.#publisher = user;
    return true;
  }

  #message(message: unknown): void {
    this.received.push(message);
    const { type, msg, data } = (message ?? {}) as Partial<ClassicEnvelope>;
    if (type === 'join') this.#joined();
    if (type === 'call' && this.#page === 'one2one' && typeof data?.['userId'] === 'string') {
      this.peers.get(data['userId'])?.close();
      this.peers.delete(data['userId']);
      this.#peer(data['userId']);
    }
    if (type === 'leave') return this.#left(this.edition === 'first' ? msg?.split(' ')[0] : data?.['userId']);
    if (type !== 'offer' && type !== 'answer' && type !== 'candidate') return;
    const from = data?.['userId'];
    if (typeof from !== 'string') return void this.faults.push(`${type} without a sender`);
    this.#queue(() => this.#signalled(type, from, data![type]));
  }

  async #signalled(type: 'offer' | 'answer' | 'candidate', from: string, payload: unknown): Promise<void> {
    if (type === 'offer') {
      // A viewer's page has no handler for it.
      if (this.#page === 'one2many' && this.#options.publisher !== true) return;
      if (this.#page === 'one2one' && !this.peers.has(from)) throw new Error(`an offer of ${from} without a call`);
      const answer = await this.#peer(from).answer(payload as SessionDescription);
      this.socket.emit('answer', { userId: this.user, targetUid: from, answer });
      return;
    }
    const peer = this.peers.get(from);
    if (peer === undefined) return void this.faults.push(`${type} from somebody without a connection`);
    if (type === 'answer') await peer.accept(payload as SessionDescription);
    else await peer.addCandidate(payload as IceCandidate);
  }

  async #offerTo(user: string): Promise<void> {
    this.peers.get(user)?.close();
    this.peers.delete(user);
    const offer = await this.#peer(user).offer(user === this.#publisher);
    this.socket.emit('offer', { userId: this.user, targetUid: user, offer });
  }

  #peer(user: string): ClassicPeer {
    let peer = this.peers.get(user);
    if (peer === undefined) {
      peer = (this.#options.peers ?? fakePeers)(user, (candidate) => {
        this.socket.emit('candidate', { userId: this.user, targetUid: user, candidate });
      }, {
        label: this.#page === 'one2one' ? 'chat' : `${this.user}-${user}`,
        heard: (text) => this.texts.push(`${user}: ${text}`),
      });
      this.peers.set(user, peer);
    }
    return peer;
  }

  #left(user: unknown): void {
    if (typeof user !== 'string') return void this.faults.push('a leave that does not say whose');
    this.peers.get(user)?.close();
    this.peers.delete(user);
  }

  #queue(step: () => Promise<void>): void {
    this.#work = this.#work.then(step).catch((error: unknown) => void this.faults.push(String(error)));
  }
}

// First edition: an object from id to a JSON string.
function usersOfHash(reply: unknown): string[] | undefined {
  if (typeof reply !== 'object' || reply === null || Array.isArray(reply)) return undefined;
  const rows = Object.values(reply);
  return rows.every((row) => typeof row === 'string' && typeof JSON.parse(row) === 'object') ? Object.keys(reply) : undefined;
}

// Later edition: an array of rows.
function usersOfArray(reply: unknown): string[] | undefined {
  if (!Array.isArray(reply)) return undefined;
  const users = reply.map((row: { userId?: unknown } | null) => row?.userId);
  return users.every((user) => typeof user === 'string') ? (users as string[]) : undefined;
}

/** Connected once it has both descriptions and a candidate of the other side; insists on the order that browsers insist on. */
export const fakePeers: PeerFactory = (user, gathered) => {
  let state: 'stable' | 'have-local-offer' | 'closed' = 'stable';
  let described = false;
  let reached = false;
  let added = false;
  const describe = (type: 'offer' | 'answer'): SessionDescription => {
    // Gathering begins with setting it; what it finds comes later, after the description has gone out.
    setTimeout(() => state !== 'closed' && gathered(fakeCandidate), 0);
    return { type, sdp: fakeSdp };
  };
  const check = (ok: boolean, what: string): void => {
    if (!ok) throw new Error(`InvalidStateError with ${user}: ${what} in ${state}`);
  };
  return {
    async offer() {
      check(state === 'stable', 'offer');
      added = true;
      state = 'have-local-offer';
      return describe('offer');
    },
    async answer(offer) {
      if (added) throw new Error(senderExists);
      added = true;
      check(state === 'stable' && offer.type === 'offer' && offer.sdp.startsWith('v=0'), 'remote offer');
      described = true;
      return describe('answer');
    },
    async accept(answer) {
      check(state === 'have-local-offer' && answer.type === 'answer' && answer.sdp.startsWith('v=0'), 'remote answer');
      state = 'stable';
      described = true;
    },
    async addCandidate(candidate) {
      check(candidate.sdpMid != null || candidate.sdpMLineIndex != null, 'candidate without mid and index');
      reached = true;
    },
    get connected() {
      return state === 'stable' && described && reached;
    },
    close() {
      state = 'closed';
    },
  };
};

/** What `addTrack` says to a track that the connection has already. */
export const senderExists = 'InvalidAccessError: a sender already exists for the track';

const fakeCandidate = { candidate: 'candidate:1 1 udp 2130706431 127.0.0.1 9 typ host', sdpMid: '0', sdpMLineIndex: 0 };

const fakeSdp = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'c=IN IP4 0.0.0.0',
  'a=ice-ufrag:fake',
  'a=ice-pwd:fakefakefakefakefakefake',
  'a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF',
  'a=setup:actpass',
  'a=mid:0',
  'a=sendrecv',
  'a=rtcp-mux',
  'a=rtpmap:111 opus/48000/2',
  '',
].join('\r\n');

/** Real connections, in a browser. `onTrack` is given what the other side sends. */
export function browserPeers(
  stream?: MediaStream,
  onTrack?: (user: string, event: RTCTrackEvent) => void,
  configuration?: RTCConfiguration,
): PeerFactory {
  return (user, gathered, text) => {
    const connection = new RTCPeerConnection(configuration);
    const channel = connection.createDataChannel(text.label);
    connection.ondatachannel = (event) => {
      event.channel.onmessage = ({ data }) => text.heard(String(data));
    };
    connection.onicecandidate = ({ candidate }) => {
      if (candidate !== null && candidate.candidate !== '') gathered(candidate.toJSON() as IceCandidate);
    };
    if (onTrack) connection.ontrack = (event) => onTrack(user, event);
    const addTracks = (): void => {
      for (const track of stream?.getTracks() ?? []) connection.addTrack(track, stream!);
    };
    return {
      async offer(receivesOnly) {
        if (!receivesOnly) addTracks();
        // Said by name, since `false` would mean to send only; without a stream it is what makes m-lines at all.
        const offer = await connection.createOffer({ offerToReceiveAudio: true, offerToReceiveVideo: true });
        await connection.setLocalDescription(offer);
        return { type: 'offer', sdp: connection.localDescription!.sdp };
      },
      async answer(offer) {
        addTracks();
        await connection.setRemoteDescription(offer);
        await connection.setLocalDescription(await connection.createAnswer());
        return { type: 'answer', sdp: connection.localDescription!.sdp };
      },
      accept: (answer) => connection.setRemoteDescription(answer),
      addCandidate: (candidate) => connection.addIceCandidate(candidate),
      get connected() {
        return connection.connectionState === 'connected';
      },
      write: (words) => {
        if (channel.readyState !== 'open') return false;
        channel.send(words);
        return true;
      },
      close: () => connection.close(),
    };
  };
}
