import assert from 'node:assert/strict';
import { test } from 'node:test';
import { virtualWorld } from 'meetwire/testing';
import { attendance, enter } from './app.js';

test('newcomers are greeted, and a lost connection shows', async (t) => {
  const world = await virtualWorld({ seed: 7 });
  t.after(() => world.close());

  const ada = await enter(world.person('ada').join, 'Ada'); // the application
  const ben = await world.join('standup', { name: 'Ben' }); // somebody else
  await world.settle(); // until nothing is under way
  assert.deepEqual(ben.chat.history.map(({ text }) => text), ['Welcome, Ben!']);
  assert.deepEqual(attendance(ada), ['Ben']);

  ben.network.cut();
  await world.advance(10_000); // ten seconds of deadlines and attempts, in no time
  assert.deepEqual(attendance(ada), ['Ben (reconnecting)']);
  ben.network.mend();
  await world.until(() => attendance(ada)[0] === 'Ben');
});
