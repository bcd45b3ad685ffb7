// Draws the tiles of a recording: the picture of each, or the name's initial, and the name below.

import type { Box, Tile } from '../../recording/ports.ts';

type Pen = CanvasRenderingContext2D;

/** Something that can be drawn, with its size. */
export interface Picture {
  readonly image: CanvasImageSource;
  readonly width: number;
  readonly height: number;
}

const colours = { page: '#14161a', tile: '#23272f', bar: 'rgb(0 0 0 / 60%)', text: '#fff' };
const font = 'system-ui, sans-serif';
/** As much of a picture has to remain; otherwise it is shown whole, with edges beside it. */
const remainsMin = 0.7;

/** What of the picture goes where: it fills the box and loses its edges, or is seen whole. */
export function fit(box: Box, { width, height }: { width: number; height: number }, whole: boolean): { from: Box; to: Box } {
  const wider = width / height / (box.width / box.height);
  if (!whole && Math.min(wider, 1 / wider) >= remainsMin) {
    const from = { width: wider > 1 ? width / wider : width, height: wider > 1 ? height : height * wider };
    return { from: { ...from, x: (width - from.width) / 2, y: (height - from.height) / 2 }, to: box };
  }
  const to = { width: wider > 1 ? box.width : box.width * wider, height: wider > 1 ? box.height / wider : box.height };
  const centred = { ...to, x: box.x + (box.width - to.width) / 2, y: box.y + (box.height - to.height) / 2 };
  return { from: { x: 0, y: 0, width, height }, to: centred };
}

/** The same for the same person in each recording. */
function hueOf(key: string): number {
  let hash = 0;
  for (const letter of key) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0) % 360;
}

function shortened(pen: Pen, text: string, width: number): string {
  if (pen.measureText(text).width <= width) return text;
  const letters = [...text];
  while (letters.length > 0 && pen.measureText(`${letters.join('')}…`).width > width) letters.pop();
  return `${letters.join('')}…`;
}

export class Painter {
  readonly #pen: Pen;
  readonly #width: number;
  readonly #height: number;
  /** Names as they fit; measuring text is dear. Forgotten when the tiles change. */
  readonly #names = new Map<string, { text: string; width: number }>();

  constructor(pen: Pen, width: number, height: number) {
    this.#pen = pen;
    this.#width = width;
    this.#height = height;
  }

  /** The tiles have changed. */
  forget(): void {
    this.#names.clear();
  }

  draw(tiles: readonly Tile[], pictureOf: (tile: Tile) => Picture | undefined): void {
    const pen = this.#pen;
    pen.globalAlpha = 1;
    pen.fillStyle = colours.page;
    pen.fillRect(0, 0, this.#width, this.#height);
    for (const tile of tiles) {
      const { x, y, width, height } = tile.box;
      pen.globalAlpha = 1;
      pen.fillStyle = colours.tile;
      pen.fillRect(x, y, width, height);
      if (tile.faded) pen.globalAlpha = 0.6;
      const picture = pictureOf(tile);
      if (picture) this.#picture(tile, picture);
      else this.#initial(tile);
      this.#name(tile);
    }
  }

  #picture({ box, whole }: Tile, picture: Picture): void {
    const { from, to } = fit(box, picture, whole);
    this.#pen.drawImage(picture.image, from.x, from.y, from.width, from.height, to.x, to.y, to.width, to.height);
  }

  #initial({ key, name, box }: Tile): void {
    const pen = this.#pen;
    const radius = Math.min(box.width, box.height) * 0.22;
    const x = box.x + box.width / 2;
    const y = box.y + box.height / 2;
    pen.fillStyle = `hsl(${hueOf(key)} 45% 42%)`;
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    pen.fill();
    pen.fillStyle = colours.text;
    pen.font = `600 ${Math.round(radius)}px ${font}`;
    pen.textAlign = 'center';
    pen.textBaseline = 'middle';
    const [initial = ''] = name.trim();
    pen.fillText(initial.toLocaleUpperCase(), x, y);
  }

  #name({ key, name, box }: Tile): void {
    const pen = this.#pen;
    const size = Math.round(Math.max(11, Math.min(box.height * 0.06, this.#height * 0.032)));
    const edge = Math.round(size * 0.5);
    const bar = Math.round(size * 1.7);
    if (name === '' || box.width < 4 * size) return;
    pen.font = `${size}px ${font}`;
    let label = this.#names.get(key);
    if (!label) {
      const text = shortened(pen, name, box.width - 4 * edge);
      this.#names.set(key, (label = { text, width: pen.measureText(text).width }));
    }
    pen.globalAlpha = 1;
    pen.fillStyle = colours.bar;
    pen.fillRect(box.x, box.y + box.height - bar, label.width + 2 * edge, bar);
    pen.fillStyle = colours.text;
    pen.textAlign = 'left';
    pen.textBaseline = 'middle';
    pen.fillText(label.text, box.x + edge, box.y + box.height - bar / 2);
  }
}
