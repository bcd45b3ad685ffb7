// Devices on the meeting page: chosen during a meeting, unplugged, refused; and the words for it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { launchChromium } from '../support/browsers.ts';
import { installPlugs } from './support/plugs.ts';
import { openMeetingPage } from './support/site.ts';
import { useStage } from './support/stage.ts';
import { Visitor } from './support/visitor.ts';

const stage = useStage({ open: openMeetingPage, chromium: { args: ['--use-fake-device-for-media-stream=device-count=4'] } });

const tile = '[data-testid="tile"]';
const options = (visitor: Visitor, id: string): Promise<{ label: string; value: string }[]> =>
  visitor.page.$$eval(`#${id} option`, (all) => (all as HTMLOptionElement[]).map(({ label, value }) => ({ label, value })));
const chosen = (visitor: Visitor, id: string): Promise<string> =>
  visitor.page.$eval(`#${id}`, (select) => (select as HTMLSelectElement).selectedOptions[0]?.label ?? '');
const live = (visitor: Visitor): Promise<string[]> =>
  visitor.page.evaluate(() => window.probe.captured.filter((each) => each.kind === 'video' && each.readyState === 'live').map((each) => each.label));

test('camera, microphone and speaker are chosen in the meeting; what is away is named, and comes back', async () => {
  const url = `${stage.site.url}#devices`;
  const ada = await Visitor.enter(stage.browser, url, 'Ada');
  await ada.page.evaluate(installPlugs);
  const ben = await Visitor.enter(stage.browser, url, 'Ben');
  await Promise.all([ada.seesMoving('Ben'), ben.seesMoving('Ada')]);
  await ada.press('toggle-devices');
  await ada.reads('#panel-devices', 'Speaker');
  await ada.page.waitForSelector('#device-camera:not(:disabled)');
  assert.equal(await chosen(ada, 'device-camera'), 'fake_device_0');
  assert.equal(await ada.page.$eval(`${tile} video`, (video) => video.classList.contains('mirrored')), true);

  const cameras = await options(ada, 'device-camera');
  const last = cameras.at(-1);
  assert.equal(cameras.length, 4);
  await ada.page.select('#device-camera', last?.value ?? '');
  await ada.page.waitForFunction((label) => window.probe.captured.some((each) => each.label === label && each.readyState === 'live'), {}, last?.label ?? '');
  await ada.page.waitForFunction(() => window.probe.captured.filter((each) => each.kind === 'video' && each.readyState === 'live').length === 1);
  assert.deepEqual(await live(ada), [last?.label]);
  await ben.seesMoving('Ada');

  await ada.page.evaluate((id) => window.plugs.unplug(id), last?.value ?? '');
  await ada.reads('#device-camera-note', `${last?.label} is away`);
  await ada.page.evaluate((id) => window.plugs.plug(id), last?.value ?? '');
  await ada.page.waitForFunction(() => document.querySelector('#device-camera-note')?.textContent === '');
  await ada.page.waitForFunction((label) => window.probe.captured.some((each) => each.label === label && each.readyState === 'live'), {}, last?.label ?? '');
  await ada.page.waitForFunction(() => window.probe.captured.filter((each) => each.kind === 'video' && each.readyState === 'live').length === 1);
  assert.deepEqual(await live(ada), [last?.label]);
  await ada.page.waitForFunction((id) => (document.querySelector('#device-camera') as HTMLSelectElement).value === id, {}, last?.value ?? '');

  const speaker = (await options(ada, 'device-speaker')).at(-1)?.value ?? '';
  await ada.page.select('#device-speaker', speaker);
  await ada.page.waitForFunction((id) => [...document.querySelectorAll('audio')].every((each) => each.sinkId === id), {}, speaker);
  assert.deepEqual([...(await ada.errors()), ...(await ben.errors())], []);
  await Promise.all([ada.close(), ben.close()]);
});

test('the preview shows the pictures that the meeting sends; M3: it switches where one camera can be open', async () => {
  const ada = await Visitor.open(stage.browser, `${stage.site.url}#pictures`);
  await ada.page.waitForSelector('#preview-video:not([hidden])');
  await ada.page.evaluate(installPlugs);
  const last = (await options(ada, 'camera-choice')).at(-1);
  await ada.page.evaluate(() => window.plugs.refusals.push({ kind: 'video', name: 'NotReadableError' }));
  await ada.page.select('#camera-choice', last?.value ?? '');
  await ada.page.waitForFunction((label) => {
    const tracks = window.probe.captured.filter((each) => each.kind === 'video' && each.readyState === 'live');
    return tracks.length === 1 && tracks[0]?.label === label;
  }, {}, last?.label ?? '');
  const pictures = (): Promise<unknown> =>
    ada.page.evaluate(() =>
      window.probe.captured.filter((each) => each.kind === 'video' && each.readyState === 'live').map((each) => {
        const { deviceId, width, height, frameRate } = each.getSettings();
        return [deviceId, width, height, frameRate];
      }),
    );
  const before = (await pictures()) as unknown[][];
  assert.deepEqual(before[0]?.slice(0, 3), [last?.value, 1280, 720]);
  await ada.submit('Ada');
  await ada.sees(1, `${tile}[data-camera="on"]`);
  assert.deepEqual(await pictures(), before);
  await ada.close();
});

test('M4: the preview shows what the system interrupts, until it gives again or is captured anew', async () => {
  const ada = await Visitor.open(stage.browser, `${stage.site.url}#interrupted`);
  await ada.page.waitForSelector('#preview-video:not([hidden])');
  const interrupt = (kinds: string[], muted: boolean): Promise<void> =>
    ada.page.evaluate((which, value) => {
      for (const track of window.probe.captured.filter((each) => which.includes(each.kind) && each.readyState === 'live')) {
        Object.defineProperty(track, 'muted', { value, configurable: true });
        track.dispatchEvent(new Event(value ? 'mute' : 'unmute'));
      }
    }, kinds, muted);
  const pressed = (kind: string): Promise<string | null> => ada.page.$eval(`#preview-${kind}`, (button) => button.getAttribute('aria-pressed'));
  await interrupt(['video', 'audio'], true);
  await ada.reads('#preview-note', 'Your camera and microphone are interrupted: a phone call or another program has them.');
  assert.deepEqual([await pressed('camera'), await pressed('microphone')], ['false', 'false']);
  await ada.page.waitForSelector('#preview-video[hidden]');
  await interrupt(['audio'], false);
  await ada.reads('#preview-note', 'Your camera is interrupted: a phone call or another program has it.');
  assert.equal(await pressed('microphone'), 'true');
  // Pressing it asks for the camera anew.
  await ada.press('preview-camera');
  await ada.page.waitForSelector('#preview-video:not([hidden])');
  await ada.page.waitForFunction(() => document.querySelector('#preview-note')?.textContent === '');
  assert.equal(await pressed('camera'), 'true');
  assert.equal((await live(ada)).length, 1);
  await ada.close();
});

test('H3: a camera that another program uses is told with what to do, and works once it is free', async () => {
  const ada = await Visitor.open(stage.browser, `${stage.site.url}#busy`);
  await ada.page.waitForSelector('#preview-video:not([hidden])');
  await ada.page.evaluate(installPlugs);
  await ada.page.evaluate(() => window.plugs.refusals.push({ kind: 'video', name: 'NotReadableError' }));
  await ada.submit('Ada');
  await ada.reads('.notice', 'Another program is using your camera.');
  await ada.press('toggle-camera');
  await ada.sees(1, `${tile}[data-camera="on"]`);
  await ada.sees(0, '[data-testid="notice-device-camera"]');
  await ada.close();
});

test('H1, H7: without permission one is in the meeting all the same, and closing the picker is no error', async () => {
  const browser = await launchChromium({ args: ['--use-fake-ui-for-media-stream=deny'] });
  const ada = await Visitor.enter(browser, `${stage.site.url}#denied`, 'Ada');
  await ada.press('toggle-camera');
  await ada.reads('.notice', 'This page may not use your camera.');
  await ada.press('toggle-screen');
  await ada.page.waitForSelector('#toggle-screen[data-state="off"]');
  await ada.sees(0, '[data-testid="notice-device-screen"]');
  assert.deepEqual(await ada.errors(), []);
  await browser.close();
});
