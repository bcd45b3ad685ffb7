// Doubles of the codelab's pages, with their defects: what our server and our client have to live with. In Node over whatever
// connections they are given, and in a browser over real ones.
//
// Must not know anything of Meetwire: it is the other side. No Node imports: pages bundle it too.

import connect from 'socket.io-client-2';

/** As much of a peer connection as the pages use. */
export interface CodelabPeer {
  readonly connectionState: string;
  readonly signalingState: string;
  onicecandidate: ((event: never) => void) | null;
  ondatachannel: ((event: never) => void) | null;
  createOffer(): Promise<Description>;
  createAnswer(): Promise<Description>;
  setLocalDescription(description: Description): Promise<void>;
  setRemoteDescription(description: Description): Promise<void>;
  addIceCandidate(candidate: object): Promise<void>;
  createDataChannel(label: string): CodelabChannel;
  close(): void;
}
export interface CodelabChannel {
  readonly readyState: string;
  readonly label: string;
  send(text: string): void;
  onmessage: ((event: { data: never }) => void) | null;
}
interface Description {
  type: string;
  sdp: string;
}
interface Message extends Description {
  label?: number;
  id?: string;
  candidate?: string;
}

export interface CodelabPageOptions {
  room: string;
  makePeer(): CodelabPeer;
  /** As `addStream`: what the camera gives. */
  addStream?(peer: CodelabPeer): void;
  /** How long somebody takes to allow the camera; the promise's end. Default: at once. */
  camera?: Promise<unknown>;
  transports?: ('polling' | 'websocket')[];
}

/** What both kinds of page have in common: a socket, one connection at most, and what they would have printed. */
abstract class Page {
  readonly socket;
  readonly options: CodelabPageOptions;
  /** Every event that came, with its arguments. */
  readonly heard: unknown[][] = [];
  /** What the console would have shown in red. */
  readonly faults: string[] = [];
  isInitiator = false;
  full = false;
  protected peer: CodelabPeer | undefined;

  constructor(url: string, options: CodelabPageOptions) {
    this.options = options;
    this.socket = connect(url, { forceNew: true, autoConnect: false, reconnection: false, ...(options.transports && { transports: options.transports }) });
    for (const event of ['created', 'joined', 'join', 'ready', 'full', 'message', 'bye', 'log', 'ipaddr']) {
      this.socket.on(event, (...given: unknown[]) => {
        this.heard.push([event, ...given]);
        // A handler that throws costs only itself.
        try {
          this.hear(event, given[0]);
        } catch (error) {
          this.faults.push(String(error));
        }
      });
    }
  }

  protected abstract hear(event: string, argument: unknown): void;

  /** Rejects with why the server would not have it. */
  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.on('connect', () => resolve());
      this.socket.on('connect_error', reject);
      this.socket.connect();
    });
  }

  get state(): string {
    return this.peer?.connectionState ?? 'none';
  }

  get connected(): boolean {
    return this.state === 'connected' && this.peer!.signalingState === 'stable';
  }

  count(event: string): number {
    return this.heard.filter(([name]) => name === event).length;
  }

  sendMessage(message: unknown): void {
    this.socket.emit('message', message);
  }

  protected fault = (error: unknown): void => void this.faults.push(String(error));

  protected makePeer(): CodelabPeer {
    const peer = this.options.makePeer();
    peer.onicecandidate = ({ candidate }: { candidate: { sdpMLineIndex: number; sdpMid: string; candidate: string } | null }) => {
      if (candidate === null) return;
      this.sendMessage({ type: 'candidate', label: candidate.sdpMLineIndex, id: candidate.sdpMid, candidate: candidate.candidate });
    };
    return peer;
  }

  /** The tab is gone: nothing is said, the system closes the socket. */
  vanish(): void {
    this.socket.io.engine?.close();
    this.peer?.close();
    this.peer = undefined;
  }
}

/** Steps 4 and 5: "Start", "Call" and "Hang up" happen by themselves. Picture only. */
export class CodelabPage extends Page {
  #isChannelReady = false;
  #isStarted = false;
  #localStream = false;

  override open(): Promise<void> {
    const opened = super.open();
    this.socket.emit('create or join', this.options.room);
    void (this.options.camera ?? Promise.resolve()).then(() => {
      this.#localStream = true;
      this.sendMessage('got user media');
      if (this.isInitiator) this.#maybeStart();
    });
    return opened;
  }

  protected override hear(event: string, argument: unknown): void {
    if (event === 'created') this.isInitiator = true;
    if (event === 'join' || event === 'joined') this.#isChannelReady = true;
    if (event === 'full') this.full = true;
    if (event === 'message') this.#hearMessage(argument as Message | string);
  }

  #hearMessage(message: Message | string): void {
    if (message === 'got user media') return this.#maybeStart();
    if (message === 'bye') return this.#isStarted ? this.#remoteHangUp() : undefined;
    if (typeof message === 'string') return;
    if (message.type === 'offer') {
      if (!this.isInitiator && !this.#isStarted) this.#maybeStart();
      // Without a camera yet there is no connection, and this throws.
      const peer = this.peer as CodelabPeer;
      peer.setRemoteDescription(message).catch(this.fault);
      peer.createAnswer().then((answer) => this.#setLocalAndSend(answer)).catch(this.fault);
    } else if (message.type === 'answer' && this.#isStarted) {
      this.peer!.setRemoteDescription(message).catch(this.fault);
    } else if (message.type === 'candidate' && this.#isStarted) {
      // The id is ignored.
      this.peer!.addIceCandidate({ sdpMLineIndex: message.label, candidate: message.candidate }).catch(this.fault);
    }
  }

  #maybeStart(): void {
    if (this.#isStarted || !this.#localStream || !this.#isChannelReady) return;
    this.peer = this.makePeer();
    this.options.addStream?.(this.peer);
    this.#isStarted = true;
    if (this.isInitiator) this.peer.createOffer().then((offer) => this.#setLocalAndSend(offer)).catch(this.fault);
  }

  #setLocalAndSend(description: Description): void {
    this.peer?.setLocalDescription(description).catch(this.fault);
    this.sendMessage({ type: description.type, sdp: description.sdp });
  }

  hangUp(): void {
    this.#stop();
    this.sendMessage('bye');
  }

  #remoteHangUp(): void {
    this.#stop();
    this.isInitiator = false;
  }

  #stop(): void {
    this.#isStarted = false;
    this.peer?.close();
    this.peer = undefined;
  }

  /** Closed, or reloaded: a goodbye as it unloads. */
  close(): void {
    this.sendMessage('bye');
    this.vanish();
  }
}

/** Step 6: no media, a data channel. */
export class CodelabDataPage extends Page {
  channel: CodelabChannel | undefined;
  readonly received: unknown[] = [];
  reloads = 0;

  override open(): Promise<void> {
    const opened = super.open();
    this.socket.emit('create or join', this.options.room);
    this.socket.emit('ipaddr');
    return opened;
  }

  protected override hear(event: string, argument: unknown): void {
    if (event === 'created') this.isInitiator = true;
    if (event === 'joined') this.isInitiator = false;
    if (event === 'joined' || event === 'ready') this.#createPeer();
    if (event === 'full') this.full = true;
    // It loads itself anew then, to be the one who creates the room.
    if (event === 'bye' && !this.isInitiator) this.reloads += 1;
    if (event === 'message') this.#hearMessage(argument as Message);
  }

  #hearMessage(message: Message): void {
    const peer = this.peer as CodelabPeer;
    if (message.type === 'offer') {
      peer.setRemoteDescription(message).catch(this.fault);
      peer.createAnswer().then((answer) => this.#created(answer)).catch(this.fault);
    } else if (message.type === 'answer') {
      peer.setRemoteDescription(message).catch(this.fault);
    } else if (message.type === 'candidate') {
      peer.addIceCandidate({ candidate: message.candidate, sdpMLineIndex: message.label, sdpMid: message.id }).catch(this.fault);
    }
  }

  // The one before is forgotten, not closed.
  #createPeer(): void {
    const peer = (this.peer = this.makePeer());
    if (this.isInitiator) {
      this.#take(peer.createDataChannel('photos'));
      peer.createOffer().then((offer) => this.#created(offer)).catch(this.fault);
    } else {
      peer.ondatachannel = ({ channel }: { channel: CodelabChannel }) => this.#take(channel);
    }
  }

  // To whichever connection is the page's now: where `ready` comes twice, the first offer fails here, and the second one counts.
  async #created(description: Description): Promise<void> {
    await this.peer!.setLocalDescription(description);
    this.sendMessage({ type: description.type, sdp: description.sdp });
  }

  #take(channel: CodelabChannel): void {
    this.channel = channel;
    channel.onmessage = ({ data }) => void this.received.push(data);
  }

  close(): void {
    this.socket.emit('bye', this.options.room);
    this.vanish();
  }
}
