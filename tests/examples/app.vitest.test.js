import { expect, onTestFinished, test } from 'vitest';
import { virtualWorld } from 'meetwire/testing';
import { enter } from './app.js';

test('a denied camera keeps nobody out', async () => {
  const world = await virtualWorld();
  onTestFinished(() => world.close());

  const ada = world.person('ada');
  ada.devices.deny('camera');
  const meeting = await enter(ada.join, 'Ada');
  await world.settle();
  expect(meeting.state).toBe('joined');
  expect(meeting.camera.error?.code).toBe('permission-denied');
});

test.each([1, 2, 3])('two who share at the same moment are both seen (seed %i)', async (seed) => {
  const world = await virtualWorld({ seed });
  onTestFinished(() => world.close());

  const ada = await world.join('standup', { name: 'Ada' });
  const ben = await world.join('standup', { name: 'Ben' });
  await world.together(() => ada.screen.start(), () => ben.screen.start()); // glare
  await world.settle();
  expect(world.sentInto(ada.participants.get('ben')?.screen.track)).toBe(ben.screen.track);
  expect(world.sentInto(ben.participants.get('ada')?.screen.track)).toBe(ada.screen.track);
});
