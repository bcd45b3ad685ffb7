// Random talk full of secrets, from a seed: what a client and a server may be told, well and badly formed. Every secret
// that was used is kept, so that a test can look for it.

type Event = Record<string, unknown>;

export class SecretTalk {
  readonly secrets: string[] = [];
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** mulberry32: from 0 to below `most`. */
  below(most: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * most);
  }

  pick<Item>(...items: Item[]): Item {
    return items[this.below(items.length)]!;
  }

  #draw(alphabet: string, least: number, most: number): string {
    const characters = [...alphabet];
    return Array.from({ length: least + this.below(most - least + 1) }, () => characters[this.below(characters.length)]).join('');
  }

  /** Any text: quotes, escapes, control characters and all planes of Unicode. */
  secret(): string {
    const text = this.#draw('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 +-._:;,{}[]()<>"\\/\n\r\t\u0001\u007fäößéñЖ漢字仮名한😀🎉', 12, 40);
    this.secrets.push(text);
    return text;
  }

  /** A secret without spaces and escapes, as tokens of SDP are. */
  #word(alphabet: string, length = 22): string {
    const word = this.#draw(alphabet, length, length);
    this.secrets.push(word);
    return word;
  }

  /** Of one shape all, so that only what stands in their place tells them apart. */
  word(length: number): string {
    return this.#word('abcdefghijklmnopqrstuvwxyz', length);
  }

  address(): string {
    const byte = (): number => 100 + this.below(156);
    const address = this.pick(
      () => [byte(), byte(), byte(), byte()].join('.'),
      () => Array.from({ length: 8 }, () => this.#draw('0123456789abcdef', 4, 4)).join(':'),
      () => `${this.#draw('0123456789abcdef', 8, 8)}-${this.#draw('0123456789abcdef', 4, 4)}.local`,
    )();
    this.secrets.push(address);
    return address;
  }

  candidate(ufrag: string): Event {
    const type = this.pick('host', `srflx raddr ${this.address()} rport 9`);
    const address = this.pick(() => this.address(), () => `${this.word(12)}.example.org`)();
    const line = `candidate:${this.#word('0123456789', 12)} 1 udp 2122260223 ${address} 50000 typ ${type} generation 0 ufrag ${ufrag} network-id 1`;
    return { candidate: line, sdpMid: '0', sdpMLineIndex: 0, ...(this.below(2) === 0 && { usernameFragment: ufrag }) };
  }

  sdp(ufrag: string): string {
    const fingerprint = Array.from({ length: 32 }, () => this.#draw('0123456789ABCDEF', 2, 2)).join(':');
    this.secrets.push(fingerprint);
    return [
      'v=0', `o=- 461173 2 IN IP4 ${this.address()}`, 's=-', 't=0 0', 'a=group:BUNDLE 0', `m=audio 9 UDP/TLS/RTP/SAVPF 111`, `c=IN IP4 ${this.address()}`,
      `a=${String(this.candidate(ufrag)['candidate'])}`, `a=ice-ufrag:${ufrag}`, `a=ice-pwd:${this.#word('abcdefghijklmnopqrstuvwxyz0123456789+', 24)}`,
      `a=fingerprint:sha-256 ${fingerprint}`, 'a=mid:0', 'a=sendrecv', 'a=rtpmap:111 opus/48000/2', '',
    ].join('\r\n');
  }

  iceServers(): Event[] {
    return [{ urls: [`turn:${this.address()}:3478`, 'stun:stun.example.org'], username: this.secret(), credential: this.secret() }];
  }

  // ---- JSON as others might write it

  /** The value as JSON, with spaces and escapes where nobody expects them. */
  written(value: unknown): string {
    const space = (): string => (this.below(12) === 0 ? this.pick(' ', '\n', '\t  ') : '');
    if (typeof value === 'string') return `"${[...value].map((each) => this.#escaped(each)).join('')}"`;
    if (Array.isArray(value)) return `[${value.map((each) => space() + this.written(each) + space()).join(',')}]`;
    if (typeof value !== 'object' || value === null) return JSON.stringify(value);
    return `{${Object.entries(value).map(([key, each]) => `${space()}${JSON.stringify(key)}${space()}:${this.written(each)}`).join(',')}}`;
  }

  #escaped(character: string): string {
    const plain = JSON.stringify(character).slice(1, -1);
    if (this.below(30) > 0) return plain;
    if (character === '/') return '\\/';
    return character.split('').map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
  }

  /** The text with a piece missing, doubled, or replaced by what breaks it. */
  broken(text: string): string {
    const at = this.below(text.length);
    const to = at + this.below(8);
    return text.slice(0, at) + this.pick('', text.slice(at, to).repeat(2), '"', '\\', '\\ud800', '}', '[[[[', 'nul', '\u0000', '{"a":1e999}', '\uFEFF') + text.slice(to);
  }

  /** Well formed most of the time. */
  body(value: unknown): string {
    const text = this.written(value);
    const whole = this.below(25) === 0 ? `\uFEFF${text}` : text;
    // JSON to a browser, and none to the core.
    if (this.below(25) === 0) return whole.replace(/"(?!.*")/s, '\\ud800"');
    if (this.below(6) > 0) return whole;
    const broken = this.broken(whole);
    // Still JSON: then it is not the syntax that was hit but a word in it, and `ca-pwd:` leads to no password.
    return isJson(broken.replace(/^\uFEFF/, '')) ? whole : broken;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
