// Work in turns: an address that asks for much waits, the others do not; and nothing is done out of order.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Turns } from '../../web/server/turns.ts';

function setUp(costMax = 100) {
  const next: (() => void)[] = [];
  const turns = new Turns(costMax, (run) => next.push(run));
  const done: string[] = [];
  return {
    turns,
    done,
    next,
    turn: () => {
      for (const run of next.splice(0)) run();
    },
    input: (address: string, name: string, cost: number, outputs: [string, string, number][] = [], connection = address) =>
      turns.input(address, connection, {
        cost,
        run: () => {
          done.push(name);
          for (const [connection, what, bytes] of outputs) turns.output(connection, { cost: bytes, run: () => void done.push(`${connection}:${what}`) });
        },
      }),
    taken: () => done.splice(0),
  };
}

test('what is within the turn is done at once', () => {
  const { input, taken } = setUp();
  input('a', 'one', 10, [['x', '1', 10], ['y', '1', 10]]);
  assert.deepEqual(taken(), ['one', 'x:1', 'y:1']);
});

test('M: an address that has had its share waits; another one does not', () => {
  const { input, taken, turn, turns } = setUp();
  for (let i = 0; i < 5; ++i) input('a', `a${i}`, 60);
  assert.deepEqual(taken(), ['a0', 'a1']);
  assert.equal(turns.waiting('a'), 180);
  input('b', 'b0', 60);
  assert.deepEqual(taken(), ['b0']);
  turn();
  assert.deepEqual(taken(), ['a2', 'a3']);
  input('b', 'b1', 60);
  turn();
  assert.deepEqual(taken(), ['b1', 'a4']);
  assert.equal(turns.waiting('a'), 0);
});

test('M: one message to many goes out in pieces, and others come in between', () => {
  const { input, taken, turn } = setUp();
  input('a', 'to all', 10, Array.from({ length: 12 }, (_, i) => [`x${i}`, 'm', 30]));
  assert.equal(taken().length, 4);
  input('b', 'b', 10, [['y', 'm', 10]]);
  assert.deepEqual(taken(), ['b', 'y:m']);
  turn();
  assert.deepEqual(taken(), ['x3:m', 'x4:m', 'x5:m', 'x6:m']);
  turn();
  turn();
  assert.deepEqual(taken(), ['x7:m', 'x8:m', 'x9:m', 'x10:m', 'x11:m']);
});

test('connections of one address take turns: one that floods does not keep its neighbours waiting', () => {
  const { input, taken, turn } = setUp();
  for (let i = 0; i < 6; ++i) input('a', `eve${i}`, 60, [], 'eve');
  assert.deepEqual(taken(), ['eve0', 'eve1']);
  input('a', 'ada0', 10, [], 'ada');
  input('a', 'ada1', 10, [], 'ada');
  assert.deepEqual(taken(), []);
  turn();
  assert.deepEqual(taken(), ['eve2', 'ada0', 'eve3']);
  turn();
  assert.deepEqual(taken(), ['ada1', 'eve4', 'eve5']);
});

test('what goes to one connection stays in order, whoever asked for it', () => {
  const { input, taken, turn } = setUp();
  input('a', 'a', 99, [['x', '1', 60], ['x', '2', 60], ['y', '2', 60]]);
  assert.deepEqual(taken(), ['a', 'x:1']);
  input('b', 'b', 10, [['x', '3', 10], ['z', '1', 10]]);
  assert.deepEqual(taken(), ['b', 'z:1']);
  turn();
  turn();
  assert.deepEqual(taken(), ['x:2', 'y:2', 'x:3']);
  input('b', 'b2', 10, [['x', '4', 10]]);
  assert.deepEqual(taken(), ['b2', 'x:4']);
});

test('what has been decided goes out before the next is decided', () => {
  const { input, taken, turn } = setUp();
  input('a', 'one', 99, [['x', '1', 90], ['x', '2', 90]]);
  input('a', 'two', 5, [['x', '3', 1]]);
  assert.deepEqual(taken(), ['one', 'x:1']);
  turn();
  assert.deepEqual(taken(), ['x:2', 'two', 'x:3']);
});

test('all of it can be done at once, or none; and nothing stays', () => {
  const { input, taken, turn, turns, next } = setUp();
  for (let i = 0; i < 4; ++i) input('a', `a${i}`, 99, [['x', `${i}`, 99]]);
  turns.finish();
  assert.deepEqual(taken(), ['a0', 'x:0', 'a1', 'x:1', 'a2', 'x:2', 'a3', 'x:3']);
  for (let i = 0; i < 4; ++i) input('a', `a${i}`, 99, [['x', `${i}`, 99]]);
  taken();
  turns.drop();
  for (let i = 0; i < 5 && next.length > 0; ++i) turn();
  assert.deepEqual(taken(), []);
  assert.equal(turns.size, 0);
  input('b', 'b', 10);
  for (let i = 0; i < 5 && next.length > 0; ++i) turn();
  assert.equal(turns.size, 0);
  assert.equal(next.length, 0);
});

test('what comes while something is done waits for its turn, and is done', () => {
  const { turns, done, turn } = setUp();
  turns.input('a', 'a', { cost: 1, run: () => {
    turns.input('a', 'a', { cost: 1, run: () => void done.push('inner') });
    done.push('outer');
  } });
  assert.deepEqual(done, ['outer']);
  turn();
  assert.deepEqual(done, ['outer', 'inner']);
});
