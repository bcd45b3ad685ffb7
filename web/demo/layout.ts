// How large the tiles can be: pure arithmetic over a number of tiles and a box, in CSS pixels.

export interface TileSize {
  columns: number;
  width: number;
  height: number;
}

// Faces are cropped badly by anything wider than a camera's picture, or narrower than a square.
const aspectMax = 16 / 9;
const aspectMin = 1;

/** The number of columns that gives `count` tiles the largest area in a box. */
export function largestTiles(count: number, width: number, height: number, gap: number): TileSize {
  let best: TileSize = { columns: 1, width: 0, height: 0 };
  for (let columns = 1; columns <= Math.max(1, count); columns += 1) {
    const rows = Math.ceil(count / columns);
    const cellWidth = (width - gap * (columns - 1)) / columns;
    const cellHeight = (height - gap * (rows - 1)) / rows;
    const tileWidth = Math.floor(Math.min(cellWidth, cellHeight * aspectMax));
    const tileHeight = Math.floor(Math.min(cellHeight, tileWidth / aspectMin));
    if (tileWidth > 0 && tileHeight > 0 && tileWidth * tileHeight > best.width * best.height) {
      best = { columns, width: tileWidth, height: tileHeight };
    }
  }
  return best;
}

/** Beside a shared screen the tiles run in one strip and may scroll: full across, never cramped. */
export function stripTiles(width: number, height: number, vertical: boolean): TileSize {
  const tileHeight = Math.floor(vertical ? width / aspectMax : Math.min(height, width / aspectMax));
  return { columns: 1, width: Math.floor(tileHeight * aspectMax), height: tileHeight };
}
