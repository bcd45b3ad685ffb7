// How good the connection to somebody is: three bars on the tile, with the reasons beside them on hover and the figures on a
// click.

import type { Quality, Shortcoming } from '../sdk/index.ts';
import { make, setText } from './dom.ts';

const names = ['no connection', 'very poor', 'poor', 'fair', 'good', 'very good'];

const reasons: Record<Shortcoming, string> = {
  disconnected: 'There is no connection.',
  loss: 'Parts of sound and picture are lost on the way.',
  delay: 'It takes long until the other hears you.',
  jitter: 'What comes arrives unevenly.',
  frozen: 'The picture stands still.',
  'low-frame-rate': 'The picture moves in jerks.',
  bandwidth: 'Your line is narrow: your picture is sent smaller.',
  processor: 'Your machine is busy: your picture is sent smaller.',
};

const rate = (bits: number): string => (bits >= 1e6 ? `${(bits / 1e6).toFixed(1)} Mbit/s` : `${Math.round(bits / 1000)} kbit/s`);
const percent = (fraction: number | undefined): string => (fraction === undefined ? '–' : `${(fraction * 100).toFixed(1)} %`);
const milliseconds = (seconds: number | undefined): string => (seconds === undefined ? '–' : `${Math.round(seconds * 1000)} ms`);

/** The figures as pairs of a name and a value. */
function rowsOf({ figures }: Quality): [string, string][] {
  const { up, down, lossUp, lossDown, jitter, roundTripTime, path, received } = figures;
  const face = received.find(({ slot }) => slot === 'camera');
  const size = face?.width ? `${face.width} × ${face.height}, ${Math.round(face.frameRate ?? 0)} a second` : '–';
  const codecs = [...new Set(received.flatMap(({ codec }) => codec ?? []))].join(', ');
  return [
    ['Down, up', `${rate(down)}, ${rate(up)}`],
    ['Lost', `${percent(lossDown)}, ${percent(lossUp)}`],
    ['Round trip', milliseconds(roundTripTime)],
    ['Jitter', milliseconds(jitter)],
    ['Picture', size],
    ['Codecs', codecs || '–'],
    ['Path', path ? `${path.local} – ${path.remote}, ${path.relayProtocol ?? path.protocol}` : '–'],
  ];
}

export class QualityMark {
  readonly element = make('div', { class: 'quality' });
  readonly #button = make('button', { class: 'quality-mark', testid: 'quality' }, make('i'), make('i'), make('i'));
  readonly #words = make('div', { class: 'quality-words', testid: 'quality-words' });
  #read: () => Quality | undefined = () => undefined;
  #timer: number | undefined;

  constructor() {
    this.#button.type = 'button';
    this.#button.setAttribute('aria-label', 'Connection: not measured yet');
    this.#button.setAttribute('aria-expanded', 'false');
    this.#button.addEventListener('click', () => this.#setOpen(this.#words.hidden !== false));
    this.#words.hidden = true;
    this.element.append(this.#button, this.#words);
    this.element.hidden = true;
  }

  /** `read` gives the newest each time. */
  update(read: () => Quality | undefined): void {
    this.#read = read;
    const quality = read();
    this.element.hidden = quality === undefined;
    if (quality === undefined) return this.#setOpen(false);
    const words = [`Connection: ${names[quality.score]}`, ...quality.reasons.map(({ reason }) => reasons[reason])].join('\n');
    this.#button.dataset['score'] = String(quality.score);
    this.#button.title = words;
    this.#button.setAttribute('aria-label', words);
    if (!this.#words.hidden) this.#write(quality);
  }

  close(): void {
    this.#setOpen(false);
  }

  #setOpen(open: boolean): void {
    window.clearInterval(this.#timer);
    this.#words.hidden = !open;
    this.#button.setAttribute('aria-expanded', String(open));
    if (!open) return;
    // The figures change more often than the score.
    this.#timer = window.setInterval(() => this.update(this.#read), 1000);
    this.update(this.#read);
  }

  #write(quality: Quality): void {
    const title = make('strong', { text: `Connection: ${names[quality.score]}` });
    const list = make('dl');
    for (const [name, value] of rowsOf(quality)) {
      const about = make('dd');
      setText(about, value);
      list.append(make('dt', { text: name }), about);
    }
    this.#words.replaceChildren(title, ...quality.reasons.map(({ reason }) => make('p', { text: reasons[reason] })), list);
  }
}
