// Recordings over a recorder in memory: who is in the picture and in the sound, how they end, and what must not be asked.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { RecordHost } from '../../web/sdk/record/index.ts';
import type { RecordOptions } from '../../web/sdk/record/options.ts';
import type { Recording, RecordingEvents } from '../../web/sdk/record/recording.ts';
import type { Participant } from '../../web/sdk/participant.ts';
import type { MeetingError } from '../../bindings/errors.ts';
import { loadClient } from '../../bindings/load-client.ts';
import { LoadedClientCore } from '../../bindings/machine.ts';
import { record } from '../../web/sdk/record/index.ts';
import { connected, meet, type Met } from '../support/fake-meetings.ts';
import { FakeRecording } from '../support/fake-recorder.ts';
import { tick } from '../support/waiting.ts';
import { until } from '../support/waiting.ts';

const core = loadClient().then((module) => new LoadedClientCore(module));

let met: Met;
let port: FakeRecording;
let host: RecordHost;
let problems: string[];

beforeEach(async () => {
  met = await meet();
  port = new FakeRecording();
  problems = [];
  const { meeting, person } = met.ada;
  host = { meeting, errors: (await core).errors, ports: person.ports, problem: ({ code }) => problems.push(code) };
});
afterEach(() => met.close());

const begin = (options: RecordOptions = {}, who?: Participant): Promise<Recording> => record(host, { mimeType: 'video/plain', ...options }, who, port);
const keys = (): string[] => port.last.scene.tiles.map(({ key }) => key);
const ended = (recording: Recording): Promise<RecordingEvents['stop']> => new Promise((resolve) => recording.once('stop', resolve));
const code = (wanted: string) => (error: unknown) => (error as { code?: string }).code === wanted && (error as { blame?: string }).blame !== undefined;

describe('a recording', () => {
  test('has everybody in it: who comes, who leaves, who shares, and sound as long as it is not muted', async () => {
    const recording = await begin();
    assert.deepEqual(keys(), ['camera ada', 'camera ben']);
    assert.deepEqual(port.last.scene.tiles.map(({ name, track }) => [name, track]), [['Ada', undefined], ['Ben', undefined]]);

    await met.ada.meeting.microphone.start();
    await met.ben.meeting.microphone.start();
    await met.ben.meeting.camera.start();
    await until('both are heard and he is seen', () => port.last.scene.sounds.length === 2 && port.last.scene.tiles[1]?.track !== undefined);
    assert.equal(port.last.scene.sounds[0], met.ada.meeting.microphone.track);
    await met.ada.meeting.microphone.mute();
    assert.equal(port.last.scene.sounds.length, 1);
    await met.ben.meeting.camera.mute();
    await until('he is a name again', () => port.last.scene.tiles[1]?.track === undefined);

    await met.ben.meeting.screen.start({ audio: true });
    await until('his screen is in it, first, and its sound', () => keys()[0] === 'screen ben' && port.last.scene.sounds.length === 2);
    const [screen, ada] = port.last.scene.tiles;
    assert.ok(screen!.whole && !ada!.whole && screen!.box.width > 3 * ada!.box.width);

    const { meeting: cleo } = await met.world.join('room', { user: 'cleo', name: 'Cleo' });
    await until('cleo is in it', () => keys().includes('camera cleo'));
    await cleo.leave();
    await met.ben.meeting.leave();
    await until('they are gone', () => keys().join() === 'camera ada');
    assert.deepEqual(port.last.scene.sounds, []);
    await recording.stop();
  });

  test('gives the file when it is stopped, as often as one asks', async () => {
    const recording = await begin();
    const states: string[] = [];
    recording.on('state', (state) => states.push(state));
    port.last.chunk('one ');
    port.last.chunk('two ');
    const [file, again] = await Promise.all([recording.stop(), recording.stop()]);
    assert.equal(await file?.text(), 'one two end');
    assert.equal(again, file);
    assert.equal(await recording.finished, file);
    assert.deepEqual([file?.name, file?.type, recording.mimeType, recording.bytes], ['room.plain', 'video/plain', 'video/plain', 11]);
    assert.deepEqual(states, ['stopping', 'stopped']);
    assert.equal(port.last.stops, 1);
    const shown = port.last.scenes.length;
    await met.ben.meeting.leave();
    await connected(met.ada);
    assert.equal(port.last.scenes.length, shown, 'it follows the meeting no more');
  });

  test('pauses and resumes; what has no meaning has no effect', async () => {
    const recording = await begin();
    recording.resume();
    assert.deepEqual([recording.state, port.last.state], ['recording', 'recording']);
    recording.pause();
    recording.pause();
    assert.deepEqual([recording.state, port.last.state], ['paused', 'paused']);
    const duration = recording.duration;
    const start = performance.now();
    await until('time passes', () => performance.now() > start + 30);
    assert.equal(recording.duration, duration);
    recording.resume();
    assert.equal(port.last.state, 'recording');
    recording.pause();
    await recording.stop();
    for (const late of ['pause', 'resume'] as const) recording[late]();
    assert.equal(recording.state, 'stopped');
  });

  test('goes on beside others; those in the room see that there is one until the last has ended', async () => {
    const seen = (): string | undefined => met.ben.meeting.participants.get('ada')?.attributes['recording'];
    const first = await begin();
    const second = await begin();
    await begin({ announce: false });
    await until('ben sees it', () => seen() === 'on');
    await first.stop();
    await second.stop();
    await until('ben sees that it is over', () => seen() === undefined);
    const third = await begin();
    await until('ben sees it again', () => seen() === 'on');
    await third.stop();
  });

  test('ends when one leaves, and its file is whole', async () => {
    const recording = await begin();
    const stopped = ended(recording);
    port.last.chunk('all ');
    await met.ada.meeting.leave();
    assert.equal(await (await recording.finished)?.text(), 'all end');
    assert.equal((await stopped).reason, 'left');
  });

  test('of one person has that one alone, and ends when that one leaves', async () => {
    await met.ben.meeting.microphone.start();
    await met.ada.meeting.microphone.start();
    const ben = met.ada.meeting.participants.get('ben')!;
    await until('he is heard', () => ben.microphone.track !== undefined);
    const recording = await begin({}, ben);
    assert.deepEqual(keys(), ['camera ben']);
    assert.deepEqual(port.last.scene.sounds, [ben.microphone.track]);
    const stopped = ended(recording);
    await met.ben.meeting.leave();
    const { reason, file, error } = await stopped;
    assert.deepEqual([reason, await file?.text(), error], ['participant-left', 'end', undefined]);
    await assert.rejects(begin({}, ben), code('peer-gone'));
  });

  test('ends when it is long or large enough', async () => {
    const short = await begin({ maxDuration: 1 });
    const shortEnded = ended(short);
    const start = performance.now();
    await until('a moment passes', () => performance.now() > start + 3);
    port.last.chunk('x');
    assert.equal((await shortEnded).reason, 'max-duration');
    const small = await begin({ maxBytes: 8 });
    const smallEnded = ended(small);
    port.last.chunk('1234567');
    assert.equal(small.state, 'recording');
    port.last.chunk('8');
    const { reason, file } = await smallEnded;
    assert.deepEqual([reason, await file?.text()], ['max-bytes', '12345678end']);
  });
});

describe('a streamed recording', () => {
  test('is given piece by piece, each when the one before it is taken', async () => {
    const pieces: string[] = [];
    let take = (): void => {};
    const recording = await begin({
      onChunk(data, position) {
        pieces.push(`${position} ${new TextDecoder().decode(data)}`);
        return new Promise<void>((resolve) => (take = resolve));
      },
    });
    port.last.chunk('one');
    port.last.chunk('two');
    await until('the first has come', () => pieces.length === 1);
    const stopped = recording.stop();
    for (let turn = 0; turn < 5; ++turn) await tick();
    assert.deepEqual(pieces, ['0 one']);
    take();
    await until('the second has come', () => pieces.length === 2);
    take();
    await until('the third has come', () => pieces.length === 3);
    take();
    assert.equal(await stopped, undefined);
    assert.deepEqual(pieces, ['0 one', '3 two', '6 end']);
  });

  test('ends when its reader falls too far behind, even if that one never comes back', async () => {
    const recording = await begin({ onChunk: () => new Promise(() => {}) });
    port.last.chunk('one', 200 * 2 ** 20);
    await tick();
    assert.equal(recording.state, 'recording');
    port.last.chunk('two', 100 * 2 ** 20);
    await until('it has ended', () => recording.state === 'stopped');
    await assert.rejects(recording.finished, code('storage-failed'));
  });

  for (const [name, onChunk] of [
    ['throws', () => { throw new Error('full'); }],
    ['rejects', () => Promise.reject(new Error('full'))],
  ] as const) {
    test(`ends with storage-failed where the function ${name}, and is told`, async () => {
      const recording = await begin({ onChunk });
      port.last.chunk('one');
      await until('it has ended', () => recording.state === 'stopped');
      assert.equal(port.last.state, 'inactive');
      assert.deepEqual([recording.error?.code, (recording.error?.cause as Error).message], ['storage-failed', 'full']);
      assert.deepEqual(problems, ['storage-failed'], 'nobody listened: the meeting says it');
      await assert.rejects(recording.stop(), code('storage-failed'));
    });
  }

  test('goes to a stream, which is closed; a failing one ends it', async () => {
    const written: string[] = [];
    let closed = false;
    const good = new WritableStream<Uint8Array>({ write: (data) => void written.push(new TextDecoder().decode(data)), close: () => void (closed = true) });
    const recording = await begin({ writable: good });
    port.last.chunk('one');
    assert.equal(await recording.stop(), undefined);
    assert.deepEqual([written.join(''), closed], ['oneend', true]);

    const bad = new WritableStream({ write: () => Promise.reject(new Error('full')) });
    const failing = await begin({ writable: bad });
    const stopped = ended(failing);
    port.last.chunk('one');
    const { reason, error } = await stopped;
    assert.deepEqual([reason, error?.code], ['failed', 'storage-failed']);
    assert.deepEqual(problems, []);
  });
});

describe('a recording that has not begun yet', () => {
  const announced = (): string | undefined => met.ben.meeting.participants.get('ada')?.attributes['recording'];
  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < 20; ++turn) await tick();
  };

  test('M7: is announced when it runs, and not before', async () => {
    port.waits = true;
    const pending = begin();
    await until('the browser is asked', () => port.recorders.length === 1);
    // What is said after it would come after it.
    await met.ada.meeting.chat.send('here');
    await until('ben has it', () => met.ben.meeting.chat.history.length === 1);
    assert.equal(announced(), undefined);
    await met.ben.meeting.microphone.start();
    await until('he is heard', () => met.ada.meeting.participants.get('ben')?.microphone.track !== undefined);
    port.waits = false;
    const recording = await pending;
    await until('ben sees it', () => announced() === 'on');
    assert.equal(port.last.scene.sounds.length, 1, 'what came meanwhile is in it');
    await recording.stop();
  });

  test('M7: is over when one leaves, also where the browser never begins; what begins late ends at once', async () => {
    port.waits = true;
    const pending = begin();
    await until('the browser is asked', () => port.recorders.length === 1);
    void met.ada.meeting.leave();
    await assert.rejects(pending, code('already-left'));
    port.waits = false;
    await until('it is stopped', () => port.last.stops === 1);
  });

  test('M7: is over when the one to be recorded leaves', async () => {
    port.waits = true;
    const pending = begin({}, met.ada.meeting.participants.get('ben'));
    await until('the browser is asked', () => port.recorders.length === 1);
    await met.ben.meeting.leave();
    await assert.rejects(pending, code('peer-gone'));
    port.waits = false;
    await until('it is stopped', () => port.last.stops === 1);
    await turns();
    assert.deepEqual(Object.keys(met.ada.meeting.me.attributes), []);
  });

  test('M7: is refused by its own code where the browser waits for a gesture, says what to do, and may be tried again', async () => {
    port.refusal = new DOMException('no gesture', 'NotAllowedError');
    await assert.rejects(begin(), (error: MeetingError) => {
      assert.deepEqual([error.code, error.deniedBy, error.retryable], ['permission-denied', 'browser', true]);
      assert.match(error.message, /click/);
      return true;
    });
    await met.ada.meeting.chat.send('here');
    await until('ben has it', () => met.ben.meeting.chat.history.length === 1);
    assert.equal(announced(), undefined);
    port.refusal = undefined;
    const recording = await begin();
    await until('ben sees it', () => announced() === 'on');
    await recording.stop();
  });

  test('M7: has what came meanwhile, also where nobody is told of it', async () => {
    port.waits = true;
    const pending = begin({ announce: false });
    await until('the browser is asked', () => port.recorders.length === 1);
    await met.ben.meeting.microphone.start();
    await until('he is heard', () => met.ada.meeting.participants.get('ben')?.microphone.track !== undefined);
    port.waits = false;
    const recording = await pending;
    assert.equal(port.last.scene.sounds.length, 1);
    await recording.stop();
  });

  test('that is refused, or ends, asks for nobody\'s picture any more', async () => {
    const { meeting } = met.ada;
    const watch = meeting.watch.bind(meeting);
    let watched = 0;
    meeting.watch = (...given: Parameters<typeof watch>) => {
      const undo = watch(...given);
      watched++;
      return () => void (watched--, undo());
    };
    const recording = await begin();
    assert.equal(watched, 1, 'of ben');
    await recording.stop();
    assert.equal(watched, 0);
    port.refusal = new DOMException('no gesture', 'NotAllowedError');
    await assert.rejects(begin(), code('permission-denied'));
    assert.equal(watched, 0);
  });

  test('that ends with its beginning is not announced, and asks for nobody\'s picture any more', async () => {
    const plain = port.start.bind(port);
    port.start = async (wish, scene, events) => {
      const recorder = await plain(wish, scene, events);
      events.ended(undefined);
      return recorder;
    };
    const recording = await begin();
    await recording.finished;
    await turns();
    assert.deepEqual([announced(), met.ada.meeting.me.attributes['recording']], [undefined, undefined]);
  });
});

describe('a recording that cannot be', () => {
  test('is refused before there is a meeting, and after it', async () => {
    let refused: unknown;
    const person = met.world.person();
    const waits = met.world.joinAs(person, 'room', { user: 'dan' });
    await waits.then((meeting) => meeting.leave().then(() => meeting.record()).catch((error: unknown) => (refused = error)));
    assert.ok(code('already-left')(refused), String(refused));
    const meeting = Object.create(met.ada.meeting, { state: { value: 'waiting' } }) as typeof met.ada.meeting;
    await assert.rejects(record({ ...host, meeting }, {}, undefined, port), code('not-joined'));
    assert.equal(port.recorders.length, 0);
  });

  test('is refused where the browser has no MediaRecorder, or refuses', async () => {
    await assert.rejects(met.ada.meeting.record(), code('device-unsupported'));
    await assert.rejects(met.ada.meeting.me.record(), code('device-unsupported'));
    port.refusal = new DOMException('no', 'NotSupportedError');
    await assert.rejects(begin(), code('device-failed'));
    await until('nobody is told of it for long', () => met.ben.meeting.participants.get('ada')?.attributes['recording'] === undefined);
  });

  test('is refused with options that make no sense', async () => {
    const locked = new WritableStream();
    locked.getWriter();
    const bad: object[] = [
      { layout: 'circle' }, { mimeType: 'video/none' }, { mimeType: 5 }, { mimeType: [] }, { mimeType: ['video/none', 3] }, { onChunk: 'x' }, { writable: {} }, { writable: locked },
      { writable: new WritableStream(), onChunk() {} }, { width: 0 }, { height: NaN }, { width: '640' }, { frameRate: 0 }, { frameRate: 1000 },
      { videoBitsPerSecond: -1 }, { chunkInterval: 1 }, { maxDuration: 0 }, { maxBytes: 'many' },
    ];
    for (const options of bad) await assert.rejects(begin(options), code('invalid-argument'), JSON.stringify(options));
    await assert.rejects(record(host, 'now' as never, undefined, port), code('invalid-argument'));
    await assert.rejects(begin({ mimeType: 'video/none' }), /video\/webm/);
    assert.equal(port.recorders.length, 0);
    const recording = await begin({ mimeType: ['video/none', 'video/webm'], width: 101 });
    assert.deepEqual([port.last.wish.mimeType, port.last.wish.width], ['video/webm', 102]);
    await recording.stop();
  });

  test('ends when the browser fails, with the file as far as it came', async () => {
    const recording = await begin();
    port.last.chunk('so far');
    port.last.fail(new DOMException('coder', 'UnknownError'));
    assert.equal(await (await recording.stop())?.text(), 'so far');
    assert.equal(recording.error?.code, 'device-failed');
    assert.equal(recording.state, 'stopped');
  });

  test('may have nobody in it but oneself, with nothing on', async () => {
    await met.ben.meeting.leave();
    await until('she is alone', () => met.ada.meeting.participants.size === 0);
    const recording = await begin();
    assert.deepEqual([keys(), port.last.scene.sounds], [['camera ada'], []]);
    assert.equal(await (await recording.stop())?.text(), 'end');
  });
});
