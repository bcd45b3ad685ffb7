// One uplink for several: what receivers show decides what their sender sends them, in real browsers.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Browser } from 'puppeteer-core';
import type { Undo } from '../../bindings/ports.ts';
import { launchFirefox } from '../support/browsers.ts';
import { closeAll, Guest } from './support/guest.ts';
import { useStage } from './support/stage.ts';

declare global {
  interface Window {
    shown: { element: HTMLElement; undo: Undo };
  }
}

let firefox: Browser;
const stage = useStage({ ready: async () => void (firefox = await launchFirefox()) });
after(() => firefox?.close());

/** Shows the other one's camera, so wide; and says so. */
const show = (guest: Guest, other: Guest, width: number): Promise<void> =>
  guest.page.evaluate(
    (id, pixels) => {
      const element = document.createElement('div');
      element.style.cssText = `width:${pixels}px;height:90px;background:#888`;
      document.body.append(element);
      window.shown = { element, undo: window.meeting.watch(window.meeting.participants.get(id)!, 'camera', element) };
    },
    other.id,
    width,
  );

/** What the page's cameras are sent with, over all its connections. */
const sendings = (guest: Guest): Promise<{ active: boolean; scale: number }[]> =>
  guest.page.evaluate(() =>
    window.probe.connections
      .filter(({ connectionState }) => connectionState === 'connected')
      .flatMap((connection) => connection.getSenders())
      .filter(({ track }) => track?.kind === 'video')
      .map((sender) => {
        const [encoding] = sender.getParameters().encodings;
        return { active: encoding!.active === true, scale: encoding!.scaleResolutionDownBy ?? 1 };
      })
      .sort((one, other) => one.scale - other.scale),
  );

const receives = (guest: Guest, other: Guest, width: number): Promise<void> =>
  guest.until(
    `gets ${other.id}'s picture ${width} wide`,
    (id, wanted) => window.fixture.look(window.meeting, id, 'camera').width === wanted,
    other.id,
    width,
  );

const chromiumOf = () => stage.browser;
const firefoxOf = () => firefox;
for (const [name, first, second] of [['Chromium', chromiumOf, chromiumOf], ['Chromium to Firefox', chromiumOf, firefoxOf], ['Firefox to Chromium', firefoxOf, chromiumOf]] as const) {
  test(`a small tile gets a small picture, one out of sight none, and comes back: ${name}`, async () => {
    const room = `uplink-${name}`;
    const ada = await Guest.join(first(), stage.site, room, { user: 'ada', camera: { width: 640, height: 480, frameRate: 15 } });
    const ben = await Guest.join(second(), stage.site, room, { user: 'ben', camera: false });
    const guests = [ada, ben];
    try {
      await ben.sees(ada);
      await show(ben, ada, 160);
      // With one other nothing is shared, and nothing bounded.
      assert.deepEqual(await sendings(ada), [{ active: true, scale: 1 }]);
      const cleo = await stage.join(room, { user: 'cleo', camera: false });
      guests.push(cleo);
      await Promise.all([ada.isWith(ben, cleo), ben.isWith(ada, cleo), cleo.isWith(ada, ben)]);
      await show(cleo, ada, 600);
      await Promise.all([receives(ben, ada, 160), cleo.sees(ada)]);
      await ada.until('sends ben a quarter', () =>
        window.probe.connections.some((connection) => connection.getSenders().some((sender) => sender.track?.kind === 'video' && sender.getParameters().encodings[0]?.scaleResolutionDownBy === 4)));

      await ben.page.evaluate(() => void (window.shown.element.style.display = 'none'));
      await ada.until('sends ben none', () =>
        window.probe.connections.some((connection) => connection.getSenders().some((sender) => sender.track?.kind === 'video' && sender.getParameters().encodings[0]?.active === false)));
      await cleo.sees(ada);
      await ben.page.evaluate(() => void (window.shown.element.style.display = 'block'));
      await ben.sees(ada);

      // Alone with one again: no bounds are left.
      await cleo.leave();
      await ada.until('bounds nothing', () =>
        window.probe.connections
          .filter(({ connectionState }) => connectionState === 'connected')
          .every((connection) => connection.getSenders().every((sender) => {
            const [encoding] = sender.getParameters().encodings;
            return sender.track?.kind !== 'video' || (encoding?.active === true && (encoding.scaleResolutionDownBy ?? 1) === 1 && encoding.maxBitrate === undefined);
          })));
      await ada.assertNoErrors();
      await ben.assertNoErrors();
    } finally {
      await closeAll(guests);
    }
  });
}

test('watch: what makes no sense is told, and after leaving it does nothing', async () => {
  const guests = await Promise.all(['ada', 'ben', 'cleo'].map((user) => stage.join('watch', { user, camera: false, microphone: false })));
  const [ada, ben, cleo] = guests as [Guest, Guest, Guest];
  try {
    await ada.isWith(ben, cleo);
    const codes = await ada.page.evaluate(() => {
      const person = window.meeting.participants.get('ben')!;
      const attempts = [
        () => window.meeting.watch(person, 'microphone' as 'camera', document.body),
        () => window.meeting.watch(person, 'camera', { width: Number.NaN }),
        () => window.meeting.watch(person, 'camera', null as never),
        () => window.meeting.watch(person, 'camera', document.body, { priority: 'very' as 'high' }),
      ];
      return attempts.map((attempt) => {
        try {
          return String(attempt());
        } catch (error) {
          return (error as { code: string }).code;
        }
      });
    });
    assert.deepEqual(codes, Array(4).fill('invalid-argument'));
    await ada.leave();
    await ada.page.evaluate(() => window.meeting.watch(window.meeting.me, 'camera', document.body)());
  } finally {
    await closeAll(guests);
  }
});
