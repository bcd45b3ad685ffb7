// A made-up person for a fake camera: head and shoulders before a coloured wall, nodding a little, as a YUV4MPEG file.

import { closeSync, openSync, writeSync } from 'node:fs';

const width = 640;
const height = 360;
const frames = 20;

type Colour = readonly [red: number, green: number, blue: number];

/** BT.601, as the format has it: red, green and blue from 0 to 255. */
function yuv([red, green, blue]: Colour): [number, number, number] {
  const y = 16 + 0.257 * red + 0.504 * green + 0.098 * blue;
  const u = 128 - 0.148 * red - 0.291 * green + 0.439 * blue;
  const v = 128 + 0.439 * red - 0.368 * green - 0.071 * blue;
  return [y, u, v];
}

function shade(hue: number, saturation: number, lightness: number): Colour {
  const channel = (offset: number) => {
    const turn = (offset + hue / 30) % 12;
    const swing = saturation * Math.min(lightness, 1 - lightness);
    return 255 * (lightness - swing * Math.max(-1, Math.min(turn - 3, 9 - turn, 1)));
  };
  return [channel(0), channel(8), channel(4)];
}

const inside = (x: number, y: number, centreX: number, centreY: number, radiusX: number, radiusY: number) =>
  ((x - centreX) / radiusX) ** 2 + ((y - centreY) / radiusY) ** 2 <= 1;

/** `hue`: of the wall, in degrees. */
export function writePortrait(file: string, hue: number): void {
  const output = openSync(file, 'w');
  writeSync(output, `YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420\n`);
  for (let frame = 0; frame < frames; frame += 1) {
    writeSync(output, 'FRAME\n');
    writeSync(output, picture(hue, Math.sin((frame / frames) * 2 * Math.PI) * 6));
  }
  closeSync(output);
}

function picture(hue: number, nod: number): Uint8Array {
  const luma = width * height;
  const planes = new Uint8Array(luma * 1.5);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [light, blueness, redness] = yuv(colourAt(x, y, hue, nod));
      planes[y * width + x] = light;
      if (x % 2 === 0 && y % 2 === 0) {
        const at = (y / 2) * (width / 2) + x / 2;
        planes[luma + at] = blueness;
        planes[luma * 1.25 + at] = redness;
      }
    }
  }
  return planes;
}

function colourAt(x: number, y: number, hue: number, nod: number): Colour {
  const middle = width / 2;
  if (inside(x, y, middle, 150 + nod, 62, 78)) return shade(hue + 160, 0.35, 0.82);
  if (inside(x, y, middle, height + 40, 190, 150)) return shade(hue + 160, 0.4, 0.6);
  return shade(hue, 0.4, 0.72 - 0.3 * (y / height) - 0.08 * (x / width));
}
