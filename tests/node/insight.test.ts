// Measuring and explaining through the SDK, between meetings in a fake world: the real cores, modelled connections.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { Participant } from '../../web/sdk/participant.ts';
import type { FakePeerConnection } from '../../web/testing/fake-peer-connection.ts';
import { connected, meet, type Met } from '../support/fake-meetings.ts';
import { giveReports, giveSound } from '../support/fake-reports.ts';
import { FakePage } from '../support/fake-page.ts';
import { until } from '../support/waiting.ts';

let met: Met;
beforeEach(async () => {
  met = await meet();
});
afterEach(() => met.close());

const connections = (): FakePeerConnection[] => [...met.world.wire.open];
const of = (user: 'ada' | 'ben', other: string): Participant => met[user].meeting.participants.get(other)!;

const causes = async (person: Participant): Promise<string[]> => (await person.explain()).map(({ cause }) => cause);

/** Ben's microphone is on, and each connection hears what `sound` says. */
async function benTalks(): Promise<{ level: number }> {
  await met.ben.meeting.microphone.start();
  await until('it is on at the other end', () => of('ada', 'ben').microphone.track !== undefined);
  const sounds = connections().map((each) => giveSound(each));
  return {
    set level(level: number) {
      for (const sound of sounds) sound.level = level;
    },
    get level() {
      return sounds[0]!.level;
    },
  };
}

test('until it measures everything is neutral; then levels, who speaks and whom to look at; afterwards neutral again', async () => {
  const sound = await benTalks();
  const { meeting } = met.ada;
  const told: string[] = [];
  meeting.on('active-speaker', (person) => told.push(`active ${person?.id}`));
  meeting.on('participant-changed', ({ id, speaking }) => told.push(`${id} ${speaking ? 'speaks' : 'is silent'}`));
  let levels = 0;
  meeting.on('levels', () => levels++);
  sound.level = 0.2;
  assert.equal(of('ada', 'ben').audioLevel, 0);
  assert.equal(meeting.snapshot.participants[0]?.speaking, false);

  const undo = meeting.measure();
  const undoToo = meeting.measure();
  await until('ben is heard', () => of('ada', 'ben').speaking);
  assert.equal(of('ada', 'ben').audioLevel, 0.2);
  assert.equal(meeting.activeSpeaker?.id, 'ben');
  assert.equal(meeting.snapshot.participants[0]?.speaking, true);
  assert.ok(levels >= 2);
  sound.level = 0;
  await until('he is silent', () => !of('ada', 'ben').speaking);
  assert.equal(meeting.activeSpeaker?.id, 'ben');
  assert.deepEqual(told, ['ben speaks', 'active ben', 'ben is silent']);

  undo();
  undo();
  sound.level = 0.2;
  await until('it still measures, for the other one', () => of('ada', 'ben').speaking);
  undoToo();
  assert.deepEqual(told.splice(3), ['ben speaks', 'ben is silent', 'active undefined']);
  assert.equal(meeting.snapshot.participants[0]?.speaking, false);
  assert.deepEqual([of('ada', 'ben').audioLevel, of('ada', 'ben').speaking, meeting.activeSpeaker], [0, false, undefined]);
  assert.equal(met.ada.person.reported.length, 0);
});

test('a browser that never says how loud one is does not stop the others from being measured', async () => {
  const sound = await benTalks();
  const { meeting } = met.ada;
  await meeting.microphone.start();
  await until('it is sent', () => connections().some((each) => each.getTransceivers().some(({ sender }) => sender.track === meeting.microphone.track)));
  for (const { sender } of connections().flatMap((each) => each.getTransceivers())) Object.assign(sender, { getStats: () => new Promise(() => {}) });
  meeting.measure();
  sound.level = 0.2;
  await until('ben is heard', () => of('ada', 'ben').speaking, 10_000);
});

test('whose connection to the server is lost is connected all the same', async () => {
  for (const each of connections()) giveReports(each);
  met.ada.meeting.measure();
  await until('there is a score', () => of('ada', 'ben').quality?.score === 5, 10_000);
  Object.assign(met.ben.person.ports.transport, { open: () => ({ send() {}, close() {} }) });
  met.ben.person.cutSocket();
  await until('the server has lost him', () => of('ada', 'ben').connection === 'reconnecting');
  assert.deepEqual(await causes(of('ada', 'ben')), ['peer-away']);
  const before = of('ada', 'ben').quality?.figures;
  await until('it is measured again', () => of('ada', 'ben').quality?.figures !== before, 10_000);
  assert.equal(of('ada', 'ben').quality?.score, 5);
});

test('whose microphone is muted is silent at once, whatever the browser still says', async () => {
  const sound = await benTalks();
  met.ada.meeting.measure();
  sound.level = 0.2;
  await until('ben is heard', () => of('ada', 'ben').speaking);
  await met.ben.meeting.microphone.mute();
  await until('he is silent', () => !of('ada', 'ben').speaking);
  assert.equal(of('ada', 'ben').audioLevel, 0);
});

/** Stands in for Web Audio: what the microphone hears. */
function giveEar(): { level: number; open: number; gesture: boolean; resumes: number; page: FakePage } {
  const ear = { level: 0, open: 0, gesture: true, resumes: 0, page: new FakePage() };
  class FakeAudioContext extends EventTarget {
    state = ear.gesture ? 'running' : 'suspended';
    constructor() {
      super();
      ear.open++;
    }
    async resume(): Promise<void> {
      ear.resumes++;
      if (ear.gesture) this.state = 'running';
    }
    createMediaStreamSource = (): object => ({ connect() {}, disconnect() {} });
    createAnalyser = (): object => ({ fftSize: 0, getFloatTimeDomainData: (samples: Float32Array) => samples.fill(this.state === 'running' ? ear.level : 0) });
    async close(): Promise<void> {
      ear.open--;
    }
  }
  Object.assign(globalThis, { AudioContext: FakeAudioContext, MediaStream: class {}, window: ear.page });
  return ear;
}

test('one is told that one talks while muted; and nothing of the ear is left afterwards', async (context) => {
  const ear = giveEar();
  context.after(() => Object.assign(globalThis, { AudioContext: undefined, MediaStream: undefined, window: undefined }));
  const { meeting } = met.ada;
  const told: boolean[] = [];
  meeting.on('muted-talking', ({ talking }) => told.push(talking));
  await meeting.microphone.start();
  meeting.measure();
  ear.level = 0.1;
  await until('one is heard', () => meeting.me.speaking);
  assert.equal(meeting.activeSpeaker, meeting.me);
  assert.ok(Math.abs(meeting.me.audioLevel - 0.1) < 0.001);
  await meeting.microphone.mute();
  await until('one is told', () => told.length === 1);
  assert.equal(meeting.me.speaking, false);
  assert.ok(meeting.me.audioLevel > 0.09, 'the level is there all the same');
  await meeting.microphone.unmute();
  await until('it is over', () => told.length === 2);
  assert.deepEqual(told, [true, false]);
  assert.equal(ear.open, 1);
  await meeting.leave();
  assert.equal(ear.open, 0);
});

test('M7: before a gesture one\'s own ear is asked to listen once, and again with the gesture', async (context) => {
  const ear = giveEar();
  context.after(() => Object.assign(globalThis, { AudioContext: undefined, MediaStream: undefined, window: undefined }));
  ear.gesture = false;
  ear.level = 0.1;
  const { meeting } = met.ada;
  await meeting.microphone.start();
  let levels = 0;
  meeting.on('levels', () => levels++);
  meeting.measure();
  await until('it is measured for a while', () => levels > 4);
  assert.deepEqual([ear.resumes, meeting.me.speaking], [1, false]);
  ear.gesture = true;
  ear.page.dispatchEvent(new Event('keydown'));
  await until('one is heard', () => meeting.me.speaking);
  await meeting.leave();
  assert.deepEqual([ear.resumes, ear.page.listeners], [2, 0]);
});

test('while it is sent the sender tells, and no AudioContext is made', async (context) => {
  const ear = giveEar();
  context.after(() => Object.assign(globalThis, { AudioContext: undefined, MediaStream: undefined, window: undefined }));
  const { meeting } = met.ada;
  await meeting.microphone.start();
  await until('it is sent', () => connections().some((each) => each.getTransceivers().some(({ sender }) => sender.track === meeting.microphone.track)));
  let seconds = 0;
  for (const { sender } of connections().flatMap((each) => each.getTransceivers())) {
    Object.assign(sender, {
      getStats: async () => {
        seconds += 0.2;
        return new Map([['M', { id: 'M', type: 'media-source', totalAudioEnergy: 0.09 * seconds, totalSamplesDuration: seconds }]]);
      },
    });
  }
  meeting.measure();
  await until('one is heard', () => meeting.me.speaking);
  assert.ok(Math.abs(meeting.me.audioLevel - 0.3) < 0.01, String(meeting.me.audioLevel));
  assert.equal(ear.open, 0);
  await meeting.microphone.mute();
  await until('muted, somebody has to listen', () => ear.open === 1);
  await meeting.microphone.unmute();
  await until('the sender tells again', () => ear.open === 0);
});

test('quality: a score with reasons and figures, undefined of oneself, and 0 when the connection is gone', async () => {
  const flows = connections().map((each) => giveReports(each));
  met.ada.meeting.measure();
  await until('there is one', () => of('ada', 'ben').quality !== undefined, 10_000);
  assert.equal(of('ada', 'ben').quality?.score, 5);
  assert.deepEqual(of('ada', 'ben').quality?.reasons, []);
  assert.equal(of('ada', 'ben').quality?.figures.up, 500_000);
  assert.equal(met.ada.meeting.me.quality, undefined);
  for (const flow of flows) flow.roundTripTime = 0.4;
  await until('the delay is noticed', () => of('ada', 'ben').quality?.score === 3, 10_000);
  assert.deepEqual(of('ada', 'ben').quality?.reasons, [{ reason: 'delay', score: 3 }]);
  assert.equal(met.ada.meeting.snapshot.participants[0]?.score, 3);
  met.world.wire.cut = true;
  for (const connection of connections()) connection.report('failed');
  await until('it is gone', () => of('ada', 'ben').quality?.score === 0, 20_000);
  assert.deepEqual(of('ada', 'ben').quality?.reasons, [{ reason: 'disconnected', score: 0 }]);
});

test('explain: nothing wrong; why there is no connection; a device; who has gone; and after the end', async () => {
  for (const each of connections()) giveReports(each);
  const ben = of('ada', 'ben');
  assert.deepEqual(await causes(ben), []);
  assert.deepEqual(await causes(met.ada.meeting.me), []);

  met.ada.person.media.refusals.push(new DOMException('', 'NotReadableError'));
  await met.ada.meeting.camera.start().catch(() => {});
  assert.deepEqual(await met.ada.meeting.me.explain().then(([first]) => [first?.cause, first?.detail]), ['device', 'camera: in-use']);

  met.world.wire.cut = true;
  for (const connection of connections()) {
    const errors = { errorCode: 401, url: 'turn:192.0.2.1:3478' };
    (connection as unknown as { onicecandidateerror(event: object): void }).onicecandidateerror(errors);
    connection.report('failed');
  }
  await until('it is noticed', () => ben.connection !== 'connected');
  assert.deepEqual(await causes(ben), ['interrupted', 'no-relay-candidates', 'turn-refused', 'credential-expired']);

  await met.ben.meeting.leave();
  await until('he is gone', () => met.ada.meeting.participants.size === 0);
  assert.deepEqual(await causes(ben), ['peer-gone']);
  await met.ada.meeting.leave();
  assert.deepEqual(await causes(ben), ['peer-gone']);
  assert.doesNotThrow(met.ada.meeting.measure());
});

test('somebody who comes back is another one: measured anew, over the new connection', async () => {
  const sound = await benTalks();
  met.ada.meeting.measure();
  sound.level = 0.2;
  await until('ben is heard', () => of('ada', 'ben').speaking);
  await met.ben.meeting.leave();
  await until('nobody is looked at', () => met.ada.meeting.activeSpeaker === undefined);
  const again = await met.world.join('room', { user: 'ben', microphone: true });
  await connected(met.ada, again);
  await until('his sound is there', () => of('ada', 'ben').microphone.track !== undefined);
  for (const each of connections()) giveSound(each).level = 0.3;
  await until('ben is heard again', () => of('ada', 'ben').speaking);
  assert.equal(of('ada', 'ben').audioLevel, 0.3);
  await again.meeting.leave();
});
