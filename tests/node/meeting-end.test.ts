// How a meeting begins badly, and how it ends: whatever happens, nothing is left behind.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { ClientCore } from '../../bindings/load-client.ts';
import type { Meeting } from '../../web/sdk/meeting.ts';
import type { Person } from '../support/fake-world.ts';
import { loadClient } from '../../bindings/load-client.ts';
import { LoadedClientCore } from '../../bindings/machine.ts';
import { joinIn, loadOnce } from '../../web/sdk/join.ts';
import { FakeWorld } from '../support/fake-world.ts';
import { until } from '../support/waiting.ts';

let world: FakeWorld;

beforeEach(async () => {
  world = await FakeWorld.make();
});
afterEach(() => world.close());

async function nothingIsLeft(person: Person): Promise<void> {
  assert.equal(person.timers.size, 0, 'timers');
  assert.deepEqual(person.media.live, [], 'live tracks');
  assert.equal(person.pageHidden.size, 0, 'listeners to the page');
  await until('its socket is closed', () => person.sockets() === 0);
}

describe('leaving', () => {
  test('frees everything: no timer, no live track, no connection, no socket, no listener', async () => {
    const { meeting, person } = await world.join('r', { user: 'ada', camera: true, microphone: true });
    const ben = await world.join('r', { user: 'ben' });
    await until('they are connected', () => meeting.participants.get('ben')?.connection === 'connected');
    await until('all is live', () => person.media.live.length === 2);
    const heard: unknown[] = [];
    meeting.on('participant-changed', (event) => heard.push(event));
    await meeting.leave();
    heard.length = 0;
    assert.equal(meeting.state, 'left');
    assert.equal(meeting.participants.size, 0);
    assert.equal(meeting.camera.state, 'off');
    assert.equal(meeting.camera.track, undefined);
    assert.equal(meeting.me.camera.track, undefined);
    await nothingIsLeft(person);
    await ben.meeting.leave();
    await nothingIsLeft(ben.person);
    assert.equal(world.wire.open.size, 0);
    assert.deepEqual(heard, []);
    assert.deepEqual([...person.reported, ...ben.person.reported], []);
  });

  test('may be asked for twice, and by `await using`', async () => {
    const { meeting } = await world.join('r', { user: 'ada' });
    await Promise.all([meeting.leave(), meeting[Symbol.asyncDispose]()]);
    await meeting.leave();
    assert.equal(meeting.state, 'left');
  });

  test('afterwards everything is refused as already-left', async () => {
    const { meeting } = await world.join('r', { user: 'ada' });
    await meeting.leave();
    await assert.rejects(meeting.camera.start(), { code: 'already-left' });
    await assert.rejects(meeting.chat.send('hi'), { code: 'already-left' });
    assert.equal(typeof meeting.on('chat', () => {}), 'function');
  });

  test('while a device is still being opened: it is released as it comes', async () => {
    const { meeting, person } = await world.join('r', { user: 'ada' });
    let open = (): void => {};
    person.media.held = new Promise((resolve) => (open = resolve));
    const started = meeting.camera.start();
    await meeting.leave();
    await assert.rejects(started, { code: 'already-left' });
    open();
    await until('the camera was opened', () => person.media.given.length === 1);
    await until('and closed', () => person.media.live.length === 0);
    await nothingIsLeft(person);
  });

  test('G12: a page that goes away leaves', async () => {
    const ada = await world.join('r', { user: 'ada' });
    const ben = await world.join('r', { user: 'ben' });
    for (const listener of [...ada.person.pageHidden]) listener();
    assert.equal(ada.meeting.state, 'left');
    await until('ben sees it', () => ben.meeting.participants.size === 0);
    await ben.meeting.leave();
  });
});

describe('joining', () => {
  test('G1: an AbortSignal gives it up: in no roster, camera off', async () => {
    world.silent = true;
    const person = world.person();
    const controller = new AbortController();
    const joining = world.joinAs(person, 'r', { user: 'ada', camera: true, signal: controller.signal });
    await until('the camera is on', () => person.media.live.length === 1);
    const before = performance.now();
    controller.abort(new Error('enough'));
    await assert.rejects(joining, (error: Error & { code?: string }) => {
      assert.equal(error.code, 'aborted');
      assert.equal((error.cause as Error).message, 'enough');
      return true;
    });
    assert.ok(performance.now() - before < 2_000, 'at once, not at a deadline of the core\'s');
    await nothingIsLeft(person);
  });

  test('a signal that is aborted already opens nothing', async () => {
    const person = world.person();
    await assert.rejects(world.joinAs(person, 'r', { camera: true, signal: AbortSignal.abort() }), { code: 'aborted' });
    assert.equal(person.media.asked.length, 0);
    await nothingIsLeft(person);
  });

  test('a signal has no effect once one is in', async () => {
    const controller = new AbortController();
    const { meeting } = await world.join('r', { user: 'ada', signal: controller.signal });
    controller.abort();
    assert.equal(meeting.state, 'joined');
    await meeting.leave();
  });

  const bad: [string, unknown, unknown, string][] = [
    ['a room without a name', '', {}, 'invalid-room'],
    ['a room that is no text', 7, {}, 'invalid-room'],
    ['a room with half a character', 'r\ud800', {}, 'invalid-room'],
    ['a room name of 129 bytes', 'ä'.repeat(64) + 'x', {}, 'invalid-room'],
    ['a user with a name of JavaScript\'s', 'r', { user: '__proto__' }, 'invalid-user'],
    ['a user that is no text', 'r', { user: null }, 'invalid-user'],
    ['a name with a line break', 'r', { name: 'a\nb' }, 'invalid-name'],
    ['a name that is no text', 'r', { name: {} }, 'invalid-name'],
    ['options that are none', 'r', 'ada', 'invalid-argument'],
    ['an unknown dialect', 'r', { dialect: 'esperanto' }, 'invalid-argument'],
    ['a url that is no text', 'r', { url: 7 }, 'invalid-argument'],
    ['ICE servers that are no list', 'r', { iceServers: {} }, 'invalid-argument'],
    ['an unknown ICE policy', 'r', { iceTransportPolicy: 'none' }, 'invalid-argument'],
    ['a camera that is a number', 'r', { camera: 7 }, 'invalid-argument'],
    ['a token of 4,098 bytes', 'r', { token: 'ä'.repeat(2_049) }, 'invalid-token'],
    ['a token that is no text', 'r', { token: 7 }, 'invalid-argument'],
    ['a token function that gives none', 'r', { token: async () => undefined }, 'invalid-argument'],
    ['a token function that fails', 'r', { token: () => Promise.reject(new Error('401')) }, 'token-refused'],
  ];
  for (const [what, room, options, code] of bad) {
    test(`${what}: ${code}`, async () => {
      const person = world.person();
      await assert.rejects(world.joinAs(person, room as string, options as object), (error: Error & { code?: string }) => {
        assert.equal(error.name, 'MeetingError');
        assert.equal(error.code, code);
        assert.ok(error.message.length > code.length, 'it says what to do');
        return true;
      });
      await nothingIsLeft(person);
    });
  }

  test('without a user one gets a random id, and is shown by it', async () => {
    const { meeting } = await world.join('r');
    assert.match(meeting.me.id, /^id-/);
    assert.equal(meeting.me.name, meeting.me.id);
    await meeting.leave();
  });

});

describe('a token function', () => {
  let valid: string;
  let asked: number;
  const judged: string[] = [];
  const token = async (): Promise<string> => `token-${++asked}`;

  beforeEach(async () => {
    world.close();
    world = await FakeWorld.make((text) => judged.push(text) > 0 && text === valid);
    [valid, asked, judged.length] = ['token-1', 0, 0];
  });

  const reconnected = (meeting: Meeting, tries: number): Promise<unknown> =>
    until('it is back', () => judged.length === tries && meeting.state === 'joined');

  test('is asked once for the join', async () => {
    const { meeting, person } = await world.join('r', { user: 'ada', token });
    assert.equal(asked, 1);
    assert.deepEqual(judged, ['token-1']);
    await meeting.leave();
    await nothingIsLeft(person);
  });

  test('D11: is asked anew to reconnect, so that a token that expired meanwhile does not end the meeting', async () => {
    const { meeting, person } = await world.join('r', { user: 'ada', token });
    for (const tries of [2, 3]) {
      valid = `token-${tries}`;
      person.cutSocket();
      await reconnected(meeting, tries);
    }
    assert.deepEqual(judged, ['token-1', 'token-2', 'token-3']);
    await meeting.leave();
  });

  test('D11: a token that is a text and has expired ends the meeting, with the reason', async () => {
    const { meeting, person } = await world.join('r', { user: 'ada', token: 'token-1' });
    valid = 'token-2';
    person.cutSocket();
    await meeting.finished;
    assert.equal(meeting.error?.code, 'token-refused');
    await nothingIsLeft(person);
  });

  test('that fails while reconnecting is reported and asked again', async () => {
    let down = false;
    const sometimes = async (): Promise<string> => {
      if (down) throw new Error('503');
      return token();
    };
    const { meeting, person } = await world.join('r', { user: 'ada', token: sometimes });
    down = true;
    person.cutSocket();
    const error = await until('it is reported', () => person.reported[0]);
    assert.equal((error as { code?: string }).code, 'token-refused');
    assert.equal(meeting.state, 'reconnecting');
    assert.equal(person.sockets(), 0);
    down = false;
    valid = 'token-2';
    await reconnected(meeting, 2);
    await meeting.leave();
  });

  test('that is still being asked when the meeting is left opens nothing afterwards', async () => {
    let answer = (_text: string): void => {};
    const slow = (): string | Promise<string> => {
      asked++;
      return asked === 1 ? 'token-1' : new Promise((resolve) => (answer = resolve));
    };
    const { meeting, person } = await world.join('r', { user: 'ada', token: slow });
    person.cutSocket();
    await until('it is asked again', () => asked === 2);
    await meeting.leave();
    const opened: unknown[] = [];
    const { transport } = person.ports;
    const { open } = transport;
    transport.open = (...given) => {
      opened.push(given);
      return open(...given);
    };
    answer('token-2');
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(opened, []);
    await nothingIsLeft(person);
  });
});

describe('the core dies', () => {
  // The real core, which can be told to trap.
  function trappable(): { load: () => Promise<LoadedClientCore>; trap: { armed: boolean }; loads: () => number } {
    const trap = { armed: false };
    let loads = 0;
    const load = loadOnce(async () => {
      loads++;
      const module: ClientCore = await loadClient();
      return new LoadedClientCore({
        ...module,
        clientCreate: (options) => module.clientCreate(options),
        clientDispose: (handle) => module.clientDispose(handle),
        clientErrors: () => module.clientErrors(),
        clientHandle(...call) {
          if (trap.armed) throw new WebAssembly.RuntimeError('unreachable');
          return module.clientHandle(...call);
        },
      });
    });
    return { load, trap, loads: () => loads };
  }

  test('J7: all its meetings end with a typed error, release everything, and a new join works', async () => {
    const { load, trap, loads } = trappable();
    const people = [world.person(), world.person()] as const;
    const joinAs = (person: Person, user: string): Promise<Meeting> =>
      joinIn({ load, ports: () => person.ports }, 'r', { user, camera: true });
    const [ada, ben] = [await joinAs(people[0], 'ada'), await joinAs(people[1], 'ben')];
    await until('both are live', () => people.every(({ media }) => media.live.length === 1));
    await until('they are connected', () => ada.participants.get('ben')?.connection === 'connected');
    trap.armed = true;
    const asked = ada.chat.send('the last straw');
    await assert.rejects(asked, { code: 'internal' });
    for (const [index, meeting] of [ada, ben].entries()) {
      await meeting.finished;
      assert.equal(meeting.state, 'left');
      assert.equal(meeting.error?.code, 'internal');
      assert.match(meeting.error.message, /defect in Meetwire/);
      await nothingIsLeft(people[index as 0 | 1]);
    }
    assert.equal(world.wire.open.size, 0);

    trap.armed = false;
    const again = await joinAs(world.person(), 'cem');
    assert.equal(again.state, 'joined');
    assert.equal(loads(), 2);
    await again.leave();
  });

  test('a core that cannot be loaded is a typed error, and is tried again by the next join', async () => {
    let tries = 0;
    const load = loadOnce(async () => {
      if (++tries === 1) throw new TypeError('Wasm code generation disallowed by embedder');
      return new LoadedClientCore(await loadClient());
    });
    const person = world.person();
    const join = (): Promise<Meeting> => joinIn({ load, ports: () => person.ports }, 'r', { user: 'ada' });
    await assert.rejects(join(), { code: 'internal', retryable: true });
    const meeting = await join();
    await meeting.leave();
  });
});
