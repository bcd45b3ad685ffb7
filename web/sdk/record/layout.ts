// Where the tiles of a recording stand. Pure geometry, without a state or a fact from outside: what the core would have to
// decide here is decided by this one function, and a WebAssembly module for it alone would weigh more than all of the part.

import type { Box } from '../../../bindings/recording/ports.ts';

/** `grid`: all the same size; `screen-first`: a shared screen takes the large place, and a grid as long as there is none. */
export type RecordingLayout = 'grid' | 'screen-first';

/** What tiles may be like: cameras give these, and of what is in between little has to be cut off. */
const aspectMin = 4 / 3;
const aspectMax = 16 / 9;
/** Of the longer side, to a row or column of people beside a screen. */
const shareOfPeople = 0.22;

const gapOf = ({ width, height }: Box): number => Math.round(Math.min(width, height) * 0.012);

/** As large as `count` tiles can be in the box, centred, also in a last row that is not full. */
export function grid(count: number, box: Box): Box[] {
  if (count === 0) return [];
  const gap = gapOf(box);
  let best = { columns: 1, width: 0, height: 0 };
  for (let columns = 1; columns <= count; ++columns) {
    const rows = Math.ceil(count / columns);
    const widthMax = (box.width - gap * (columns - 1)) / columns;
    const heightMax = (box.height - gap * (rows - 1)) / rows;
    const width = Math.min(widthMax, heightMax * aspectMax);
    const height = Math.min(heightMax, width / aspectMin);
    if (width * height > best.width * best.height) best = { columns, width, height };
  }
  // One alone has all of the place: its picture is fitted into it.
  if (count === 1) return [box];
  const { columns } = best;
  const [width, height] = [Math.max(1, Math.floor(best.width)), Math.max(1, Math.floor(best.height))];
  const rows = Math.ceil(count / columns);
  const top = box.y + Math.floor((box.height - rows * height - (rows - 1) * gap) / 2);
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = row === rows - 1 ? count - row * columns : columns;
    const left = box.x + Math.floor((box.width - inRow * width - (inRow - 1) * gap) / 2);
    return { x: left + (index % columns) * (width + gap), y: top + row * (height + gap), width, height };
  });
}

/** The boxes of the screens, then those of the people, each in order, none over another, all within the picture. */
export function arrange(layout: RecordingLayout, screens: number, people: number, width: number, height: number): Box[] {
  const whole = { x: 0, y: 0, width, height };
  const gap = gapOf(whole);
  const inner = { x: gap, y: gap, width: width - 2 * gap, height: height - 2 * gap };
  if (layout === 'grid' || screens === 0 || people === 0) {
    return screens + people === 1 ? [whole] : grid(screens + people, inner);
  }
  const isWide = width >= height;
  const side = Math.round((isWide ? inner.width : inner.height) * shareOfPeople);
  const large = isWide ? { ...inner, width: inner.width - side - gap } : { ...inner, height: inner.height - side - gap };
  const rest = isWide ? { ...inner, x: inner.x + inner.width - side, width: side } : { ...inner, y: inner.y + inner.height - side, height: side };
  const [alone] = grid(people, rest);
  // One person beside a screen is not given the whole column.
  const others = people === 1 && alone ? [grid(2, rest)[0] ?? alone] : grid(people, rest);
  return [...grid(screens, large), ...others];
}
