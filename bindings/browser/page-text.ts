// Text between us and a page of another kind: it writes over a data channel that it has opened, and reads what comes over
// one that the other side has opened. Decides nothing.

/** As much of a connection as is needed here. */
interface ChannelOpener {
  createDataChannel(label: string): RTCDataChannel;
  ondatachannel: ((event: RTCDataChannelEvent) => void) | null;
}

// A page has one. Whoever opens more does not mean to write.
const channelsMax = 4;

export class PageText {
  readonly #own: RTCDataChannel;
  readonly #theirs = new Set<RTCDataChannel>();

  /** Before the first description, which has to have a line for it. */
  constructor(connection: ChannelOpener, label: string, arrived: (text: string) => void) {
    this.#own = connection.createDataChannel(label);
    // Some pages answer over the channel that they were written to.
    this.#listen(this.#own, arrived);
    connection.ondatachannel = ({ channel }) => {
      if (this.#theirs.size >= channelsMax) return channel.close();
      this.#theirs.add(channel);
      channel.onclose = () => this.#theirs.delete(channel);
      this.#listen(channel, arrived);
    };
  }

  /** Over our own channel, on which a page listens as soon as it is there; else over one of the page's. */
  send(text: string): void {
    [this.#own, ...this.#theirs].find((channel) => channel.readyState === 'open')?.send(text);
  }

  #listen(channel: RTCDataChannel, arrived: (text: string) => void): void {
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (typeof data === 'string') arrived(data);
    };
  }
}
