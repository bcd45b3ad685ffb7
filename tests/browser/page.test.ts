// The meeting page as it ships, used through its controls.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { launchChromium } from '../support/browsers.ts';
import { proxy } from '../support/proxies.ts';
import { openMeetingPage } from './support/site.ts';
import { useStage } from './support/stage.ts';
import { Visitor } from './support/visitor.ts';

const stage = useStage({ open: openMeetingPage, server: { participantsMax: 3 } });

const enter = (path: string, name: string): Promise<Visitor> => Visitor.enter(stage.browser, `${stage.site.url}${path}`, name);
const visit = (path: string): Promise<Visitor> => Visitor.open(stage.browser, `${stage.site.url}${path}`);

const tile = '[data-testid="tile"]';
const muted = `${tile} [data-testid="muted-badge"]`;

test('M2: the page under a path of a proxy joins by that path, and meets who comes straight to the server', async () => {
  const between = await proxy(`http://127.0.0.1:${stage.site.port}`, { under: '/team/meet' });
  const folder = `${between.url.replace('127.0.0.1', 'localhost')}/team/meet/`;
  const ada = await Visitor.enter(stage.browser, `${folder}#mounted`, 'Ada');
  const ben = await enter('#mounted', 'Ben');
  await Promise.all([ada.seesMoving('Ben'), ben.seesMoving('Ada')]);
  const sockets = await ada.page.evaluate(() => window.probe.sockets.map(({ url }) => new URL(url).pathname));
  assert.deepEqual([...new Set(sockets)], ['/team/meet/socket.io/']);
  assert.deepEqual([...(await ada.errors()), ...(await ben.errors())], []);
  await Promise.all([ada.close(), ben.close()]);
  between.close();
});

test('two people meet: pictures, names, mute, share, leave, and again', async () => {
  const ada = await enter('#the room', 'Ada');
  await ada.reads('#head-count', 'only you');
  const ben = await enter('#the%20room', 'Ben');
  await Promise.all([ada.sees(2, tile), ben.sees(2, tile)]);
  await Promise.all([ada.seesMoving('Ben'), ben.seesMoving('Ada')]);
  assert.equal(await ada.text('#room-title'), 'the room');
  await ada.reads('#head-count', '2 people');
  await ada.sees(0, muted);

  await ben.press('toggle-microphone');
  await ada.sees(1, muted);
  await ben.press('toggle-microphone');
  await ada.sees(0, muted);

  await ben.press('toggle-camera');
  await ada.sees(1, `${tile}[data-camera="off"]`);
  await ben.press('toggle-camera');
  await ada.seesMoving('Ben');

  await ben.press('toggle-screen');
  await Promise.all([ada.sees(1, '[data-testid="share"]'), ben.sees(1, '[data-testid="share"]')]);
  await ada.reads('[data-testid="share"]', 'Screen of Ben');
  await ben.press('toggle-screen');
  await Promise.all([ada.sees(0, '[data-testid="share"]'), ben.sees(0, '[data-testid="share"]')]);

  await ben.press('leave');
  await ben.reads('#after-title', 'You have left');
  await ada.sees(1, tile);
  const live = await ben.page.evaluate(() => window.probe.captured.filter(({ readyState }) => readyState === 'live').length);
  assert.equal(live, 0, 'no device is on any more');

  await ben.press('rejoin');
  await ben.page.waitForSelector('[data-screen="meeting"]');
  await Promise.all([ada.sees(2, tile), ada.seesMoving('Ben'), ben.seesMoving('Ada')]);
  assert.deepEqual([...(await ada.errors()), ...(await ben.errors())], []);
  await Promise.all([ada.close(), ben.close()]);
});

test('M12: joining before the preview has its camera: in as wished, and the late one is given back', async () => {
  const ada = await visit('#early');
  await ada.page.waitForSelector('#preview-video:not([hidden])');
  await ada.press('preview-camera');
  await ada.page.evaluate(() => {
    const { mediaDevices } = navigator;
    const ask = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = async (constraints) => {
      mediaDevices.getUserMedia = ask;
      const stream = await ask(constraints);
      await new Promise<void>((resolve) => Object.assign(window, { letGo: resolve }));
      return stream;
    };
  });
  await ada.press('preview-camera');
  await ada.page.waitForFunction(() => 'letGo' in window);
  await ada.page.type('#name', 'Ada');
  await ada.press('join');
  await ada.page.waitForSelector('[data-screen="meeting"]');
  await ada.sees(1, `${tile}:not([data-camera="off"])`);
  await ada.page.evaluate(() => (window as unknown as { letGo(): void }).letGo());
  await ada.press('leave');
  await ada.page.waitForFunction(() => window.probe.captured.every(({ readyState }) => readyState === 'ended'));
  await ada.close();
});

test('L7: chat shows text as text, counts what is unread, and names who wrote it', async () => {
  const ada = await enter('#chat', '<i>Ada</i>');
  const ben = await enter('#chat', 'Ben');
  await ada.sees(2, tile);
  const markup = '<img src=x onerror=alert(1)> <b>bold</b> javascript:alert(1)';
  await ben.press('toggle-chat');
  await ben.say(markup);
  await ben.say(`long ${'x'.repeat(400)}`);
  await ada.reads('[data-testid="chat-unread"]', '2');
  assert.equal(await ada.page.$eval('#toggle-chat', (button) => button.getAttribute('aria-label')), 'Chat, 2 unread');
  await ada.press('toggle-chat');
  await ada.sees(0, '[data-testid="chat-unread"]');
  await ada.reads('[data-testid="message"]', markup);
  await ada.reads('[data-testid="message"]', 'Ben');
  assert.equal(await ada.page.$$eval('#chat-list img, #chat-list b, #chat-list a', (all) => all.length), 0);
  const overflow = await ada.page.$eval('#chat-list', (list) => list.scrollWidth - list.clientWidth);
  assert.equal(overflow, 0, 'long words wrap');
  await ben.reads(`${tile} [data-testid="tile-name"]`, '<i>Ada</i>');
  await ada.page.keyboard.press('Escape');
  await ada.sees(0, '#panel-chat');
  assert.equal(await ada.page.evaluate(() => document.activeElement?.id), 'toggle-chat');
  await Promise.all([ada.close(), ben.close()]);
});

test('chat: who comes later reads what was said, by whom, and sees who is typing', async () => {
  const ada = await enter('#later', 'Ada');
  const ben = await enter('#later', 'Ben');
  await ben.press('toggle-chat');
  await ben.say('said before');
  await ada.reads('[data-testid="chat-unread"]', '1');
  await ben.close();
  const cleo = await enter('#later', 'Cleo');
  await cleo.press('toggle-chat');
  await cleo.reads('[data-testid="message"]', 'said before');
  await cleo.reads('[data-testid="message"]', 'Ben');
  await ada.press('toggle-chat');
  await ada.page.type('#chat-text', 'Well');
  await cleo.reads('[data-testid="chat-typing"]', 'Ada is typing');
  await ada.page.keyboard.press('Enter');
  await cleo.reads('[data-testid="message"]', 'Well');
  await cleo.page.waitForFunction(() => document.querySelector('[data-testid="chat-typing"]')?.textContent === '');
  await Promise.all([ada.close(), cleo.close()]);
});

test('who is here: a list with the state of each', async () => {
  const ada = await enter('#list', 'Ada');
  const ben = await enter('#list', 'Ben');
  await ada.press('toggle-people');
  await ada.reads('[data-testid="person"]', 'Ada (you)');
  await ada.reads('[data-testid="person"]', 'microphone on, camera on');
  await ben.press('toggle-microphone');
  await ada.reads('[data-testid="person"]', 'microphone off, camera on');
  await Promise.all([ada.close(), ben.close()]);
});

test('the link that is copied leads into the room, and the name is remembered', async () => {
  const ada = await enter('#a%2Fb%20c', 'Ada');
  const expected = `${stage.site.url}#a%2Fb%20c`;
  // The system's clipboard is out of the page's reach here: what is handed to it counts.
  await ada.page.evaluate(() => {
    navigator.clipboard.writeText = async (text) => void (document.title = text);
  });
  await ada.press('copy-link');
  await ada.reads('[data-testid="notice-link"]', 'The link is copied.');
  const link = await ada.page.title();
  assert.equal(link, expected);
  await ada.page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'));
  });
  await ada.press('copy-link');
  await ada.reads('[data-testid="notice-link"]', expected);
  await ada.press('leave');
  await ada.page.goto('about:blank');
  await ada.page.goto(link);
  await ada.page.waitForSelector('#join');
  assert.deepEqual(await ada.page.$$eval('#name, #room', (fields) => fields.map((field) => (field as HTMLInputElement).value)), ['Ada', 'a/b c']);
  await ada.close();
});

test('without devices one still gets in: the words say why, and what to do', async () => {
  const denying = await launchChromium({ args: ['--use-fake-ui-for-media-stream=deny'] });
  try {
    const ada = await Visitor.open(denying, `${stage.site.url}#denied`);
    await ada.reads('[data-testid="device-problem"]', 'This page may not use your camera or microphone.');
    await ada.reads('[data-testid="device-problem"]', 'Allow it');
    await ada.submit('Ada');
    await ada.page.waitForSelector('[data-screen="meeting"]');
    await ada.press('toggle-camera');
    await ada.reads('[data-testid="notices"]', 'This page may not use your camera.');
    await ada.sees(1, tile);
  } finally {
    await denying.close();
  }
});

test('refusals are told in words: room full, id taken, no server, an insecure page', async () => {
  const seated = [await enter('#full', 'Ada'), await enter('?user=ben#full', 'Ben')];
  const twin = await visit('?user=ben#full');
  await twin.submit('Ben');
  await twin.reads('[data-testid="problem"]', 'You are in this room already.');
  await twin.close();
  seated.push(await enter('#full', 'Cleo'));
  const fourth = await visit('#full');
  await fourth.submit('Dora');
  await fourth.reads('[data-testid="problem"]', 'The room is full.');
  await seated[2]?.press('leave');
  await seated[0]?.sees(2, tile);
  await fourth.press('join');
  await fourth.page.waitForSelector('[data-screen="meeting"]');
  await Promise.all([...seated, fourth].map((visitor) => visitor.close()));

  const lost = await visit(`?server=${encodeURIComponent('http://localhost:9/')}#lost`);
  await lost.submit('Ada');
  await lost.reads('[data-testid="problem"]', 'The meeting server cannot be reached.');
  await lost.close();

  const other = await launchChromium({ args: ['--host-resolver-rules=MAP meet.test 127.0.0.1'] });
  try {
    const insecure = await Visitor.open(other, `http://meet.test:${stage.site.port}/#insecure`);
    await insecure.reads('[data-testid="device-problem"]', 'its address is not secure');
    await insecure.submit('Ada');
    await insecure.page.waitForSelector('[data-screen="meeting"]');
  } finally {
    await other.close();
  }
});

test('a lost server is told of, and the meeting goes on when it is back', async () => {
  const ada = await enter('#tunnel', 'Ada');
  await ada.page.evaluate(() => window.probe.sockets.at(-1)?.close());
  await ada.reads('[data-testid="notice-reconnecting"]', 'Trying again');
  await ada.sees(0, '[data-testid="notice-reconnecting"]');
  await ada.press('toggle-chat');
  await ada.say('back');
  await ada.reads('[data-testid="message"]', 'back');
  await ada.sees(0, '.message.waiting');
  await ada.close();
});

test('the page works from another origin, with ?server=', async () => {
  const elsewhere = await openMeetingPage({ participantsMax: 2 });
  try {
    // The page comes from one server, the meeting is on the other: only this one lets two in.
    const path = `?server=${encodeURIComponent(elsewhere.url)}#elsewhere`;
    const ada = await enter(path, 'Ada');
    const ben = await enter(path, 'Ben');
    await Promise.all([ada.seesMoving('Ben'), ben.seesMoving('Ada')]);
    const third = await visit(path);
    await third.submit('Cleo');
    await third.reads('[data-testid="problem"]', 'The room is full.');
    await Promise.all([ada.close(), ben.close(), third.close()]);
  } finally {
    await elsewhere.close();
  }
});

test('every control has a name, can be reached by keyboard, and nothing breaks the policy', async () => {
  const ada = await visit('#keys');
  const violations: string[] = [];
  ada.page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) violations.push(message.text());
  });
  await ada.page.waitForSelector('#preview-video:not([hidden])');
  await ada.page.focus('#name');
  await ada.page.keyboard.type('Ada');
  await ada.page.keyboard.press('Enter');
  await ada.page.waitForSelector('[data-screen="meeting"]');
  const nameless = await ada.page.$$eval('button, input, select, textarea', (controls) =>
    controls
      .filter((control) => {
        const label = control.getAttribute('aria-label') ?? (control as HTMLElement).innerText.trim();
        return label === '' && ((control as HTMLInputElement).labels?.length ?? 0) === 0;
      })
      .map((control) => control.id),
  );
  assert.deepEqual(nameless, []);
  const reached = new Set<string>();
  await ada.page.focus('#copy-link');
  for (let step = 0; step < 12; step += 1) {
    reached.add(await ada.page.evaluate(() => document.activeElement?.id ?? ''));
    await ada.page.keyboard.press('Tab');
  }
  for (const id of ['copy-link', 'toggle-microphone', 'toggle-camera', 'toggle-screen', 'toggle-chat', 'toggle-people', 'leave']) {
    assert.ok(reached.has(id), `${id} is not reached by Tab`);
  }
  await ada.page.focus('#toggle-microphone');
  await ada.page.keyboard.press('Space');
  await ada.sees(1, muted);
  assert.deepEqual(violations, []);
  assert.deepEqual(await ada.errors(), []);
  await ada.close();
});
