// Where the tiles of a recording stand, for any number of them and any picture.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Box } from '../../bindings/recording/ports.ts';
import { fit } from '../../bindings/browser/recording/painter.ts';
import { arrange } from '../../web/sdk/record/layout.ts';

const sizes = [[1280, 720], [640, 360], [720, 1280], [500, 500], [64, 48], [16, 16]] as const;
const area = ({ width, height }: Box): number => width * height;
const overlap = (a: Box, b: Box): boolean => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

describe('the layout', () => {
  test('keeps all tiles within the picture and apart, whatever their number', () => {
    for (const layout of ['grid', 'screen-first'] as const) {
      for (const [width, height] of sizes) {
        for (let screens = 0; screens <= 4; ++screens) {
          for (let people = 0; people <= 16; ++people) {
            const boxes = arrange(layout, screens, people, width, height);
            const about = `${layout} ${screens}+${people} in ${width}x${height}: ${JSON.stringify(boxes)}`;
            assert.equal(boxes.length, screens + people, about);
            for (const [at, box] of boxes.entries()) {
              assert.ok(box.width >= 1 && box.height >= 1, about);
              assert.ok(Number.isInteger(box.x) && Number.isInteger(box.y), about);
              if (width < 64) continue; // so small that the smallest tiles do not fit any more
              assert.ok(box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height, about);
              assert.ok(boxes.slice(at + 1).every((other) => !overlap(box, other)), about);
            }
          }
        }
      }
    }
  });

  test('gives one alone all of it, and two in a wide picture a half each', () => {
    assert.deepEqual(arrange('grid', 0, 1, 1280, 720), [{ x: 0, y: 0, width: 1280, height: 720 }]);
    const [left, right] = arrange('grid', 0, 2, 1280, 720);
    assert.ok(left!.y === right!.y && left!.x < right!.x && left!.width > 600);
    const [upper, lower] = arrange('grid', 0, 2, 720, 1280);
    assert.ok(upper!.x === lower!.x && upper!.y < lower!.y && upper!.width > 650);
  });

  test('makes tiles of a grid equal, and centres a last row that is not full', () => {
    const boxes = arrange('grid', 0, 5, 1280, 720);
    assert.deepEqual(new Set(boxes.map(area)).size, 1);
    const rows = [...new Set(boxes.map(({ y }) => y))].map((y) => boxes.filter((box) => box.y === y));
    assert.deepEqual(rows.map(({ length }) => length), [3, 2]);
    for (const row of rows) {
      const [first, last] = [row[0]!, row.at(-1)!];
      assert.ok(Math.abs(first.x - (1280 - last.x - last.width)) <= 1);
    }
  });

  test('gives a screen the large place, if it shall come first', () => {
    const [screen, ...people] = arrange('screen-first', 1, 4, 1280, 720);
    assert.ok(area(screen!) > 0.6 * 1280 * 720);
    assert.ok(people.every((box) => area(box) < area(screen!) / 8 && box.x >= screen!.x + screen!.width));
    assert.equal(new Set(arrange('grid', 1, 4, 1280, 720).map(area)).size, 1);
    const [tall, ...below] = arrange('screen-first', 1, 2, 720, 1280);
    assert.ok(below.every((box) => box.y >= tall!.y + tall!.height));
    assert.ok(area(arrange('screen-first', 1, 1, 1280, 720)[1]!) < 0.1 * 1280 * 720, 'one person does not fill the column');
  });
});

describe('a picture in its tile', () => {
  const box = { x: 100, y: 50, width: 320, height: 180 };

  test('fills it where little is lost, from its middle, undistorted', () => {
    const { from, to } = fit(box, { width: 640, height: 480 }, false);
    assert.deepEqual(to, box);
    assert.deepEqual(from, { x: 0, y: 60, width: 640, height: 360 });
  });

  test('is whole where it is a screen, or where too much would be lost', () => {
    const screen = fit(box, { width: 640, height: 480 }, true);
    assert.deepEqual(screen, { from: { x: 0, y: 0, width: 640, height: 480 }, to: { x: 140, y: 50, width: 240, height: 180 } });
    const upright = fit(box, { width: 720, height: 1280 }, false);
    assert.deepEqual(upright.from, { x: 0, y: 0, width: 720, height: 1280 });
    assert.equal(upright.to.height, 180);
    const banner = fit(box, { width: 3000, height: 300 }, true);
    assert.deepEqual([banner.to.width, banner.to.height], [320, 32]);
  });
});
