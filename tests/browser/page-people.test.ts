// Hands, reactions, the lobby and a host's controls, on the meeting page as it ships: a host, a guest and one who knocks.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openMeetingPage } from './support/site.ts';
import { useStage } from './support/stage.ts';
import { Visitor } from './support/visitor.ts';

const stage = useStage({ open: openMeetingPage, server: { lobby: true } });

const tile = '[data-testid="tile"]';
const id = (name: string): string => `[data-testid="${name}"]`;

async function knock(path: string, name: string): Promise<Visitor> {
  const visitor = await Visitor.open(stage.browser, `${stage.site.url}${path}`);
  await visitor.submit(name);
  await visitor.page.waitForSelector('[data-screen="waiting"]');
  return visitor;
}

test('a host lets in whom he likes; hands, reactions, mute, roles, removal and the end', async () => {
  const ada = await Visitor.enter(stage.browser, `${stage.site.url}?user=ada#door`, 'Ada');
  const ben = await knock('?user=ben#door', 'Ben');
  await ben.reads('#waiting', 'Waiting to be let in');
  await ada.reads(id('notice-knock-ben'), 'Ben would like to come in.');
  await ada.sees(1, tile);
  await ada.click(id('notice-knock-ben-action'));
  await ben.page.waitForSelector('[data-screen="meeting"]');
  await Promise.all([ada.sees(2, tile), ben.sees(2, tile)]);
  await Promise.all([ada.seesMoving('Ben'), ben.seesMoving('Ada')]);
  await ada.sees(0, id('notice-knock-ben'));

  // Another one is turned away, from the list; the guest is told nothing of it.
  const cyd = await knock('?user=cyd#door', 'Cyd');
  await ada.reads(id('knock-count'), '1');
  await ada.press('toggle-people');
  await ada.reads(id('knock'), 'Cyd');
  assert.equal(await ben.page.$(id('notice-knock-cyd')), null);
  await ada.click(id('deny-cyd'));
  await cyd.reads('#after-title', 'You were not let in');
  await cyd.close();

  await ben.press('toggle-hand');
  await ada.sees(1, `${tile} ${id('hand-badge')}`);
  await ada.reads(id('hand-place'), '1');
  await ben.press('toggle-reactions');
  await ben.click(id('react-🎉'));
  await Promise.all([ada.reads(id('reaction'), '🎉'), ben.reads(id('reaction'), '🎉')]);

  await ada.click(id('manage-ben'));
  await ada.click(id('lower-ben'));
  await ben.sees(0, `${tile} ${id('hand-badge')}`);
  await ada.click(id('mute-ben'));
  await ben.reads(id('notice-mute-asked'), 'Ada has muted your microphone.');
  await ada.sees(1, `${tile} ${id('muted-badge')}`);
  await ben.press('toggle-microphone');
  await ada.sees(0, `${tile} ${id('muted-badge')}`);

  // Only to watch, and to be given the floor again.
  await ada.click(id('viewer-ben'));
  await ben.sees(0, '#toggle-camera');
  await ada.sees(1, tile);
  const live = () => ben.page.evaluate(() => window.probe.captured.filter(({ readyState }) => readyState === 'live').length);
  assert.equal(await live(), 0, 'its devices are off');
  await ben.press('toggle-hand');
  await ada.click(id('notice-floor-ben-action'));
  await ben.reads(id('notice-floor'), 'You have the floor.');
  await ben.press('toggle-camera');
  await ada.seesMoving('Ben');

  await ada.click(id('lock'));
  await ada.reads(id('lock'), 'Unlock the room');
  const dee = await Visitor.open(stage.browser, `${stage.site.url}#door`);
  await dee.submit('Dee');
  await dee.reads('#lobby-problem', 'The room is locked.');
  await dee.close();

  await ada.click(id('host-ben'));
  await ben.press('toggle-people');
  await ben.sees(1, id('end'));
  // On a page as narrow as this one notices lie over the list, until they go by themselves.
  await ben.sees(0, '.notice');
  await ben.click(id('end'));
  await Promise.all([ada, ben].map((one) => one.reads('#after-title', 'The host has ended the meeting.')));
  assert.deepEqual([...(await ada.errors()), ...(await ben.errors())], []);
  await Promise.all([ada.close(), ben.close()]);
});
