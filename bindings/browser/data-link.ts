// The data channels of one connection, by their ids: the control channel and whatever else is negotiated over it.
// Loaded with the rest of what flows between participants. Decides nothing.

import type { PeerData } from '../ports.ts';

export interface DataLinkEvents {
  /** The control channel is open. */
  opened(): void;
  /** The control channel is gone. */
  closed(): void;
  control(text: string): void;
  arrived(stream: number, data: ArrayBuffer): void;
  /** A stream that was made has closed by itself. */
  lost(stream: number): void;
}

export interface StreamOptions {
  label: string;
  ordered: boolean;
  maxRetransmits?: number;
}

// RFC 8841: whoever does not say takes 64 KiB.
const messageBytesDefault = 65_536;

export class DataLink {
  readonly #data: PeerData;
  readonly #events: DataLinkEvents;
  readonly #streams = new Map<number, RTCDataChannel>();
  #control: RTCDataChannel;

  /** Begins with what has come before. */
  constructor(data: PeerData, events: DataLinkEvents) {
    this.#data = data;
    this.#events = events;
    this.#control = data.control;
    this.#listen();
  }

  /** After the constructor, so that its owner has the object when the first event comes. */
  begin(): void {
    // Closed by the bound on what comes before: as if it had never been.
    if (this.#control.readyState === 'closing' || this.#control.readyState === 'closed') return this.#events.closed();
    if (this.#control.readyState === 'open') this.#events.opened();
    for (const text of this.#data.early) this.#events.control(text);
  }

  /** What one message may hold, in bytes. */
  get messageBytesMax(): number {
    const most = this.#data.connection.sctp?.maxMessageSize;
    return most ? most : messageBytesDefault;
  }

  sendControl(text: string): void {
    if (this.#control.readyState === 'open') this.#control.send(text);
  }

  reopenControl(): void {
    this.#forget(this.#control);
    try {
      this.#control = this.#data.connection.createDataChannel('meetwire', { negotiated: true, id: 0 });
      this.#listen();
      if (this.#control.readyState === 'open') this.#events.opened();
    } catch {
      this.#events.closed();
    }
  }

  /** Undefined: the browser refuses. */
  open(id: number, { label, ordered, maxRetransmits }: StreamOptions): RTCDataChannel | undefined {
    try {
      const channel = this.#data.connection.createDataChannel(label, {
        negotiated: true,
        id,
        ordered,
        ...(maxRetransmits !== undefined && { maxRetransmits }),
      });
      channel.binaryType = 'arraybuffer';
      channel.onmessage = ({ data }) => {
        // Ours send bytes only.
        if (data instanceof ArrayBuffer) this.#events.arrived(id, data);
      };
      channel.onclose = () => {
        if (this.#streams.get(id) === channel) this.#events.lost(id);
      };
      this.#streams.set(id, channel);
      return channel;
    } catch {
      return undefined;
    }
  }

  close(id: number): void {
    const channel = this.#streams.get(id);
    this.#streams.delete(id);
    if (channel) this.#forget(channel);
  }

  /** No data any more; the connection itself is not ours to close. */
  closeAll(): void {
    for (const id of [...this.#streams.keys()]) this.close(id);
    this.#forget(this.#control);
  }

  #listen(): void {
    const control = this.#control;
    control.onopen = () => this.#events.opened();
    control.onmessage = ({ data }) => {
      if (typeof data === 'string') this.#events.control(data);
    };
    control.onclose = () => {
      if (this.#control === control) this.#events.closed();
    };
  }

  #forget(channel: RTCDataChannel): void {
    channel.onopen = channel.onmessage = channel.onclose = null;
    channel.close();
  }
}
