// As much of a document as `mount` uses.

export class FakeElement {
  readonly tag: string;
  readonly ownerDocument: FakePage;
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
  srcObject: unknown = null;
  sinkId = '';
  plays = 0;

  constructor(page: FakePage, tag: string) {
    this.ownerDocument = page;
    this.tag = tag;
  }

  append(...children: FakeElement[]): void {
    for (const child of children) {
      child.remove();
      child.parent = this;
      this.children.push(child);
    }
  }

  remove(): void {
    const at = this.parent?.children.indexOf(this) ?? -1;
    if (at >= 0) this.parent?.children.splice(at, 1);
    this.parent = undefined;
  }

  async play(): Promise<void> {
    this.plays++;
    if (this.tag === 'audio' && this.ownerDocument.silenced) throw new DOMException('not yet', 'NotAllowedError');
  }

  async setSinkId(device: string): Promise<void> {
    if (device !== '' && !this.ownerDocument.speakers.includes(device)) throw new DOMException('no such device', 'NotFoundError');
    this.sinkId = device;
  }

  /** All below with this class name or tag. */
  all(name: string): FakeElement[] {
    return this.children.flatMap((child) => [
      ...(child.tag === name || child.className.split(' ').includes(name) ? [child] : []),
      ...child.all(name),
    ]);
  }
}

export class FakePage extends EventTarget {
  /** The browser plays no sound before a click. */
  silenced = false;
  listeners = 0;
  speakers = ['speaker-1', 'speaker-2'];

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
