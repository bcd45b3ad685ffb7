// A double of the published plain client: a page with a button to call. What our server has to serve, and what ours meets on
// a server of that kind. Runs in Node and in a browser, with the connections and sockets that it is given.
//
// - It has one connection, made when it has its own media; what comes before that is dropped.
// - Whoever calls offers as soon as it has its media, whether anybody is there or not, and never again.
// - It never sends a keepAlive, says no goodbye, and sees the other's end by the state of its connection only.
//
// Must not know anything of Meetwire: it is the other side. No Node imports: pages bundle it too.

export interface PlainSocket {
  readonly readyState: number;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onerror: (() => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  send(text: string): void;
  close(): void;
}

interface Gathered {
  candidate: string;
  sdpMid: string | null;
  sdpMLineIndex: number | null;
}

/** As much of a peer connection as the page uses. */
export interface PlainPeer {
  offer(): Promise<string>;
  answer(sdp: string): Promise<string>;
  accept(sdp: string): Promise<void>;
  addCandidate(candidate: Gathered): Promise<void>;
  readonly state: string;
  close(): void;
}

/** Called when the page has its media: the tracks are part of the connection from the beginning. */
export type MakePlainPeer = (gathered: (candidate: Gathered) => void) => PlainPeer;

export interface PlainClientOptions {
  readonly peer: MakePlainPeer;
  /** It offers; else it waits to be called. */
  readonly calls?: boolean;
  /** Resolves when the user has given the microphone; default: at once. */
  readonly media?: Promise<unknown>;
  readonly socket?: (address: string) => PlainSocket;
}

export class PlainClient {
  /** Every text that came, in order. */
  readonly received: string[] = [];
  /** What came before there was media. */
  dropped = 0;
  /** What a real page would have stumbled over. */
  readonly faults: string[] = [];
  open = false;
  closed: number | undefined;
  peer: PlainPeer | undefined;
  readonly #socket: PlainSocket;
  // One message at a time, in the order of arrival: setting descriptions takes time.
  #work: Promise<void> = Promise.resolve();

  /** `address`: all of it, with `?pc` or `?app`. */
  constructor(address: string, { peer, calls = false, media = Promise.resolve(), socket = browserSocket }: PlainClientOptions) {
    this.#socket = socket(address);
    const opened = new Promise<void>((resolve) => {
      this.#socket.onopen = () => {
        this.open = true;
        resolve();
      };
    });
    this.#socket.onmessage = ({ data }) => this.#heard(String(data));
    this.#socket.onerror = () => {};
    this.#socket.onclose = ({ code }) => {
      this.open = false;
      this.closed = code;
    };
    this.#queue(async () => {
      await Promise.all([opened, media]);
      this.peer = peer((candidate) => this.#candidate(candidate));
      if (calls) this.say({ type: 'offer', sdp: await this.peer.offer() });
    });
  }

  get connected(): boolean {
    return this.peer?.state === 'connected';
  }

  say(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }

  close(): void {
    this.peer?.close();
    this.#socket.onclose = null;
    this.#socket.close();
  }

  /** Of those that came. */
  of(type: string): Record<string, unknown>[] {
    return this.received.map((text) => JSON.parse(text) as Record<string, unknown>).filter((message) => message['type'] === type);
  }

  #candidate({ candidate, sdpMid, sdpMLineIndex }: Gathered): void {
    this.say({ type: 'candidate', id: sdpMid, mlineindex: sdpMLineIndex, candidate });
  }

  #heard(text: string): void {
    this.received.push(text);
    if (this.peer === undefined) {
      this.dropped += 1;
      return;
    }
    const { peer } = this;
    const message = JSON.parse(text) as { type: string; sdp: string; id: string; mlineindex: number; candidate: string };
    this.#queue(async () => {
      if (message.type === 'offer') this.say({ type: 'answer', sdp: await peer.answer(message.sdp) });
      else if (message.type === 'answer') await peer.accept(message.sdp);
      else if (message.type === 'candidate') await peer.addCandidate({ candidate: message.candidate, sdpMid: message.id, sdpMLineIndex: message.mlineindex });
    });
  }

  #queue(step: () => Promise<void>): void {
    this.#work = this.#work.then(step).catch((error: unknown) => void this.faults.push(String(error)));
  }
}

const browserSocket = (address: string): PlainSocket => new WebSocket(address) as PlainSocket;

/** Real connections, in a browser. */
export function browserPlainPeer(stream: MediaStream, configuration?: RTCConfiguration, onTrack?: (event: RTCTrackEvent) => void): MakePlainPeer {
  return (gathered) => {
    const connection = new RTCPeerConnection(configuration);
    for (const track of stream.getTracks()) connection.addTrack(track, stream);
    connection.onicecandidate = ({ candidate }) => {
      if (candidate !== null && candidate.candidate !== '') gathered(candidate);
    };
    if (onTrack) connection.ontrack = onTrack;
    return {
      async offer() {
        await connection.setLocalDescription(await connection.createOffer());
        return connection.localDescription!.sdp;
      },
      async answer(sdp) {
        await connection.setRemoteDescription({ type: 'offer', sdp });
        await connection.setLocalDescription(await connection.createAnswer());
        return connection.localDescription!.sdp;
      },
      accept: (sdp) => connection.setRemoteDescription({ type: 'answer', sdp }),
      addCandidate: (candidate) => connection.addIceCandidate(candidate),
      get state() {
        return connection.connectionState;
      },
      close: () => connection.close(),
    };
  };
}
