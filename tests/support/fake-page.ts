// As much of a document as `mount` uses, with the rules of HTML for elements that play.

import { tick } from './waiting.ts';

export class FakeElement extends EventTarget {
  readonly tag: string;
  ownerDocument: FakePage;
  readonly children: FakeElement[] = [];
  readonly dataset: Record<string, string> = {};
  readonly style: Record<string, string> = {};
  parent: FakeElement | undefined;
  className = '';
  textContent = '';
  title = '';
  hidden = false;
  autoplay = false;
  playsInline = false;
  muted = false;
  sinkId = '';
  plays = 0;
  paused = true;
  currentTime = 0;
  #srcObject: unknown = null;
  #interrupt: (() => void) | undefined;

  constructor(page: FakePage, tag: string) {
    super();
    this.ownerDocument = page;
    this.tag = tag;
  }

  append(...children: FakeElement[]): void {
    for (const child of children) {
      child.remove();
      child.parent = this;
      this.children.push(child);
      for (const each of [child, ...child.all()]) each.ownerDocument = this.ownerDocument;
    }
  }

  remove(): void {
    const wasConnected = this.isConnected;
    const at = this.parent?.children.indexOf(this) ?? -1;
    if (at >= 0) this.parent?.children.splice(at, 1);
    this.parent = undefined;
    if (wasConnected) for (const each of [this, ...this.all()]) void each.#left();
  }

  get isConnected(): boolean {
    return this === this.ownerDocument.body || (this.parent?.isConnected ?? false);
  }

  get srcObject(): unknown {
    return this.#srcObject;
  }

  set srcObject(stream: unknown) {
    this.#srcObject = stream;
    this.currentTime = 0;
    this.paused = true;
    this.#interrupt?.();
  }

  async play(): Promise<void> {
    this.plays++;
    const { silenced, still, stalled } = this.ownerDocument;
    if (this.muted ? still : silenced) throw new DOMException('not yet', 'NotAllowedError');
    if (this.paused) {
      this.paused = false;
      setImmediate(() => this.dispatchEvent(new Event('play')));
    }
    if (!stalled) return;
    await new Promise<void>((_, reject) => {
      this.#interrupt = () => reject(new DOMException('interrupted', 'AbortError'));
    });
  }

  /** By the browser or a script. */
  pause(): void {
    if (this.paused) return;
    this.paused = true;
    this.#interrupt?.();
    setImmediate(() => this.dispatchEvent(new Event('pause')));
  }

  async setSinkId(device: string): Promise<void> {
    if (device !== '' && !this.ownerDocument.speakers.includes(device)) throw new DOMException('no such device', 'NotFoundError');
    this.sinkId = device;
  }

  /** All below; with this class name or tag. */
  all(name?: string): FakeElement[] {
    return this.children.flatMap((child) => [
      ...(name === undefined || child.tag === name || child.className.split(' ').includes(name) ? [child] : []),
      ...child.all(name),
    ]);
  }

  // What is put back before the browser has looked plays on.
  async #left(): Promise<void> {
    await tick();
    if (!this.isConnected) this.pause();
  }
}

export class FakePage extends EventTarget {
  readonly body: FakeElement;
  /** The browser plays no sound before a gesture. */
  silenced = false;
  /** Nor silent pictures, as under power saving. */
  still = false;
  /** What is to be played has not come yet. */
  stalled = false;
  listeners = 0;
  speakers = ['speaker-1', 'speaker-2'];

  constructor() {
    super();
    this.body = new FakeElement(this, 'body');
  }

  createElement(tag: string): FakeElement {
    return new FakeElement(this, tag);
  }

  override addEventListener(...args: Parameters<EventTarget['addEventListener']>): void {
    this.listeners++;
    super.addEventListener(...args);
  }

  override removeEventListener(...args: Parameters<EventTarget['removeEventListener']>): void {
    this.listeners--;
    super.removeEventListener(...args);
  }
}
