// Listeners, iterators and snapshots of a meeting.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Emitter } from '../../web/sdk/events.ts';
import { FakeWorld } from '../support/fake-world.ts';
import { until } from '../support/waiting.ts';

interface Events {
  word: string;
  other: number;
}

function emitter(): { emitter: Emitter<Events>; reported: unknown[] } {
  const reported: unknown[] = [];
  return { emitter: new Emitter<Events>((error) => reported.push(error)), reported };
}

describe('listeners', () => {
  test('`on` gives its own undo, which takes away that listener alone', () => {
    const { emitter: words } = emitter();
    const heard: string[] = [];
    const listener = (word: string): number => heard.push(word);
    const undo = words.on('word', listener);
    words.on('word', listener);
    words.emit('word', 'a');
    undo();
    undo();
    words.emit('word', 'b');
    assert.deepEqual(heard, ['a', 'a', 'b']);
  });

  test('an AbortSignal takes it away too; one aborted before never listens', () => {
    const { emitter: words } = emitter();
    const heard: string[] = [];
    const controller = new AbortController();
    words.on('word', (word) => heard.push(word), { signal: controller.signal });
    words.on('word', (word) => heard.push(word), { signal: AbortSignal.abort() });
    words.emit('word', 'a');
    controller.abort();
    words.emit('word', 'b');
    assert.deepEqual(heard, ['a']);
  });

  test('`once` hears once', () => {
    const { emitter: words } = emitter();
    const heard: string[] = [];
    words.once('word', (word) => heard.push(word));
    words.emit('word', 'a');
    words.emit('word', 'b');
    assert.deepEqual(heard, ['a']);
  });

  test('one that throws is reported and harms no other', () => {
    const { emitter: words, reported } = emitter();
    const heard: string[] = [];
    words.on('word', () => {
      throw new Error('mine');
    });
    words.on('word', (word) => heard.push(word));
    words.emit('word', 'a');
    assert.deepEqual(heard, ['a']);
    assert.deepEqual(reported.map(String), ['Error: mine']);
  });

  test('one added or taken away meanwhile does not disturb the round', () => {
    const { emitter: words } = emitter();
    const heard: string[] = [];
    const undo = words.on('word', () => {
      undo();
      words.on('word', () => heard.push('late'));
    });
    words.on('word', () => heard.push('second'));
    words.emit('word', 'a');
    assert.deepEqual(heard, ['second']);
  });
});

describe('iterators', () => {
  test('a loop gets everything since its start, in order, and ends with the emitter', async () => {
    const { emitter: words } = emitter();
    const heard: string[] = [];
    const loop = (async () => {
      for await (const word of words.events('word')) heard.push(word);
    })();
    for (const word of ['a', 'b', 'c']) words.emit('word', word);
    await until('they are heard', () => heard.length === 3);
    words.emit('word', 'd');
    words.close();
    await loop;
    assert.deepEqual(heard, ['a', 'b', 'c', 'd']);
  });

  test('breaking out of the loop stops listening', async () => {
    const { emitter: words } = emitter();
    const iterator = words.events('word')[Symbol.asyncIterator]();
    words.emit('word', 'a');
    words.emit('word', 'b');
    assert.deepEqual(await iterator.next(), { value: 'a', done: false });
    await iterator.return?.();
    words.emit('word', 'c');
    assert.deepEqual(await iterator.next(), { value: undefined, done: true });
  });

  test('of a closed emitter there is nothing to iterate', async () => {
    const { emitter: words } = emitter();
    words.close();
    for await (const word of words.events('word')) assert.fail(word);
  });
});

describe('a meeting\'s', () => {
  test('snapshot is frozen all through, stays the same until something changes, and then tells its subscribers', async () => {
    const world = await FakeWorld.make();
    const { meeting } = await world.join('r', { user: 'ada' });
    const before = meeting.snapshot;
    assert.equal(meeting.snapshot, before);
    let told = 0;
    const undo = meeting.subscribe(() => told++);
    const ben = await world.join('r', { user: 'ben', name: 'Ben', camera: true });
    await until('ben is in the snapshot', () => meeting.snapshot.participants[0]?.camera.on === true);
    const after = meeting.snapshot;
    assert.notEqual(after, before);
    assert.equal(before.participants.length, 0);
    assert.equal(after.participants[0]?.name, 'Ben');
    assert.ok(told > 0);
    const check = (value: unknown, path: string): void => {
      if (!(value instanceof Object) || Object.getPrototypeOf(value) !== Object.prototype && !Array.isArray(value)) return;
      assert.ok(Object.isFrozen(value), `${path} is not frozen`);
      for (const [key, item] of Object.entries(value)) check(item, `${path}.${key}`);
    };
    await meeting.chat.send('hi');
    check(meeting.snapshot, 'snapshot');
    undo();
    const untold = told;
    await ben.meeting.leave();
    await until('ben is gone', () => meeting.snapshot.participants.length === 0);
    assert.equal(told, untold);
    await meeting.leave();
    assert.equal(meeting.snapshot.state, 'left');
    world.close();
  });

  test('listener that throws is reported, and the meeting goes on', async () => {
    const world = await FakeWorld.make();
    const { meeting, person } = await world.join('r', { user: 'ada' });
    meeting.on('participant-joined', () => {
      throw new Error('mine');
    });
    const { meeting: ben } = await world.join('r', { user: 'ben' });
    await until('they are connected', () => meeting.participants.get('ben')?.connection === 'connected');
    assert.deepEqual(person.reported.map(String), ['Error: mine']);
    await Promise.all([meeting.leave(), ben.leave()]);
    world.close();
  });

  test('loop over events ends with the meeting; a wish from within a listener is carried out', async () => {
    const world = await FakeWorld.make();
    const { meeting } = await world.join('r', { user: 'ada' });
    const heard: string[] = [];
    const loop = (async () => {
      for await (const { text } of meeting.events('chat')) heard.push(text);
    })();
    meeting.once('chat', () => void meeting.microphone.start());
    await meeting.chat.send('one');
    await until('the microphone is on', () => meeting.microphone.state === 'on');
    await meeting.leave();
    await loop;
    assert.deepEqual(heard, ['one']);
    world.close();
  });
});
