// The flight recorder from end to end, over the real cores: what is recorded replays without a difference, tells what
// happened, and any change of the file is found.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { redactor } from '../../bindings/redact.ts';
import type { Meeting } from '../../web/sdk/meeting.ts';
import { replay } from '../../web/server/replay/replay.ts';
import { readTrace, TraceError } from '../../web/server/replay/trace-file.ts';
import { FakeWorld } from '../support/fake-world.ts';
import { replayFile, runCli } from '../support/traces.ts';
import { until } from '../support/waiting.ts';

const secrets = {
  token: 'a-token-that-nobody-may-see',
  chat: 'words for the two of us 😀 "quoted" äöü\nsecond line',
  credential: 'Zm9yYmlkZGVu',
};

/** Two meet, share at the same moment, mute, write, lose the socket, come back, and leave. */
async function eventfulMeeting(trace: { redact: boolean }): Promise<{ ada: string; room: string }> {
  const world = await FakeWorld.make();
  const enter = async (user: string) => world.join('standup', { user, name: user.toUpperCase(), token: secrets.token, camera: true, trace });
  const [ada, ben] = await Promise.all([enter('ada'), enter('ben')]);
  const connected = (): boolean => [ada, ben].every(({ meeting }) => [...meeting.participants.values()].some((each) => each.connection === 'connected'));
  await until('they are connected', connected);
  await Promise.all([ada.meeting.screen.start(), ben.meeting.screen.start()]);
  const sees = (viewer: Meeting): boolean => [...viewer.participants.values()].every((each) => each.screen.on);
  await until('both see both screens', () => sees(ada.meeting) && sees(ben.meeting));
  await ada.meeting.camera.mute();
  await ada.meeting.chat.send(secrets.chat);
  await until('ben has it', () => ben.meeting.chat.history.length === 1);
  ada.person.cutSocket();
  await until('ada notices', () => ada.meeting.state === 'reconnecting');
  await until('ada is back', () => ada.meeting.state === 'joined');
  await ben.meeting.leave();
  await until('ben is gone', () => ada.meeting.participants.size === 0);
  await assert.rejects(ada.meeting.chat.send('', {}), { code: 'invalid-argument' });
  await ada.meeting.leave();
  const traces = { ada: await ada.meeting.trace(), room: world.trace.text(redactor) };
  world.close();
  return traces;
}

let redacted: { ada: string; room: string };
let plain: { ada: string; room: string };
before(async () => {
  redacted = await eventfulMeeting({ redact: true });
  plain = await eventfulMeeting({ redact: false });
});

describe('a meeting that was recorded', () => {
  for (const [who, text] of [['client', () => redacted.ada], ['room', () => redacted.room], ['client, not redacted', () => plain.ada]] as const) {
    test(`the ${who}'s trace replays without a difference`, () => {
      const verdict = replayFile(text(), '--quiet');
      assert.deepEqual([verdict.code, verdict.err], [0, ''], verdict.out);
      assert.match(verdict.out, /^The same: \d+ events, \d+ commands\.\n$/);
    });
  }

  test('the redacted ones hold no secret, the other holds them all', () => {
    for (const secret of ['a-token-that-nobody-may-see', 'words for the two of us', 'second line', secrets.credential, 'abcdefghijklmnopqrstuvwxyz', '192.0.2.1']) {
      assert.ok(!redacted.ada.includes(secret), `the client's trace holds ${secret}`);
      assert.ok(!redacted.room.includes(secret), `the room's trace holds ${secret}`);
      assert.ok(plain.ada.includes(secret), `nobody ever said ${secret}`);
    }
    // Fingerprints of the fake connections: F1, F2, …
    assert.doesNotMatch(redacted.ada, /sha-256 F\d/);
    assert.match(plain.ada, /sha-256 F\d/);
  });

  test('the story says who came, who offered, what was shared, lost and resumed, and who went', () => {
    const { out } = replayFile(redacted.ada);
    for (const sentence of [
      /ADA asks to join standup\./, /BEN is there|Here are BEN/, /offers|takes the offer/, /ADA wants the screen on\./, /The socket is lost: /,
      /The meeting is reconnecting/, /kept the place/, /BEN is gone \(left\)/, /A request of ADA's fails, because invalid-argument/,
      /ADA writes to all \(\d+ characters\)/, /ADA leaves\./,
    ]) {
      assert.match(out, sentence);
    }
    const room = replayFile(redacted.room).out;
    for (const sentence of [/ada says hello to standup\./, /offers to/, /answers/, /ada has lost its socket\./, /ada is welcomed back, in the old place\./, /ben leaves\./]) {
      assert.match(room, sentence);
    }
  });

  test('`--story` tells the same without replaying', () => {
    const [replayed, told] = [replayFile(redacted.ada), replayFile(redacted.ada, '--story')];
    assert.equal(replayed.out.replace(/The same: .*\n$/, ''), told.out);
  });
});

describe('a trace that was altered', () => {
  const lines = (): string[] => redacted.ada.trimEnd().split('\n');
  /** Alters one line; gives its number, from 1, and the file. */
  const altered = (find: RegExp, from: RegExp | string, to: string): { line: number; text: string } => {
    const all = lines();
    const at = all.findIndex((line) => find.test(line));
    assert.ok(at > 0, `no line has ${String(find)}`);
    const was = all[at]!;
    all[at] = was.replace(from, to);
    assert.notEqual(all[at], was);
    return { line: at + 1, text: `${all.join('\n')}\n` };
  };

  const cases: [string, RegExp, RegExp | string, string, RegExp][] = [
    ['a command', /"type":"open_peer"/, '"controlChannel":true', '"controlChannel":false', /command \d+ of \d+/],
    ['a command that is missing', /"type":"capture"/, /\{"type":"capture"[^{}]*\},/, '', /command \d+ of \d+/],
    ['a body', /"type":"send".*acknowledged/, /("type":"send".*)acknowledged/, '$1acknowledge', /command \d+ of \d+/],
    ['the time to wake', /"wakeAt":/, /"wakeAt":\d+/, '"wakeAt":1', /wakeAt/],
    ['an event', /"type":"source_requested"/, '"wanted":"on"', '"wanted":"off"', /command|whole step/],
  ];
  for (const [what, find, from, to, part] of cases) {
    test(`${what}: the line, the time, the event, the expected and the actual are told`, () => {
      const { line, text } = altered(find, from, to);
      const verdict = replayFile(text, '--quiet');
      assert.equal(verdict.code, 1, verdict.out);
      assert.match(verdict.err, new RegExp(`a difference in line ${line}, [\\d.]+ s after the beginning`));
      assert.match(verdict.err, part);
      assert.match(verdict.err, /event: .*\n.*expected: .*\n.*actual: /);
    });
  }

  test('an event that is left out is found', () => {
    const all = lines();
    const at = all.findIndex((line) => line.includes('"type":"local_description_set"'));
    all.splice(at, 1);
    assert.equal(replayFile(`${all.join('\n')}\n`, '--quiet').code, 1);
  });

  test('options that the core does not take, and events that are none', () => {
    assert.match(replayFile(redacted.ada.replace('"seed":1', '"seed":-1'), '--quiet').err, /line 1: .*\(options-refused\)/);
    const none = altered(/"type":"join_requested"/, '"join_requested"', '"nonsense"');
    assert.match(replayFile(none.text, '--quiet').err, /difference in line 2/);
  });
});

describe('a file that is no trace', () => {
  const head = '{"meetwireTrace":1,"machine":"client","redacted":true,"dropped":0,"options":{}}';
  const deep = (count: number): string => '['.repeat(count) + ']'.repeat(count);
  const files: [string, string | Uint8Array, RegExp][] = [
    ['nothing', '', /line 1: .*\(not-a-trace\)/],
    ['a picture', Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0xff, 0xfe]), /UTF-8.*\(not-a-trace\)/],
    ['other JSON', '{"a":1}\n', /line 1: .*\(not-a-trace\)/],
    ['a later version', `${head.replace(':1,', ':2,')}\n`, /version 2.*\(version-unknown\)/],
    ['another machine', `${head.replace('client', 'coffee')}\n`, /line 1: .*coffee.*\(line-malformed\)/],
    ['half a head', head.slice(0, 30), /line 1: .*\(not-a-trace\)/],
    ['a head without a line break', head, /line 1: the file is cut off/],
    ['a broken line', `${head}\n{"at":1,\n`, /line 2: .*\(line-malformed\)/],
    ['an event without a type', `${head}\n{"at":1,"event":{},"step":{"commands":[]}}\n`, /line 2: .*event/],
    ['commands that are none', `${head}\n{"at":1,"event":{"type":"x"},"step":{"commands":[1]}}\n`, /line 2: .*step/],
    ['a time that is none', `${head}\n{"at":"now","event":{"type":"x"},"step":{"commands":[]}}\n`, /line 2: .*at/],
    ['life after death', `${head}\n${'{"at":1,"event":{"type":"x"},"step":null}\n'.repeat(2)}`, /line 2: .*died/],
    ['a nest of brackets', `${head}\n${deep(200_000)}\n`, /line 2/],
    ['an event too deep', `${head}\n{"at":1,"event":{"type":"x","y":${deep(20_000)}},"step":{"commands":[]}}\n`, /line [12]/],
  ];
  const replayed = async (content: string | Uint8Array): Promise<unknown> =>
    replay(readTrace(typeof content === 'string' ? new TextEncoder().encode(content) : content));

  for (const [what, content, message] of files) {
    test(`${what}: a typed error with the line`, async () => {
      await assert.rejects(replayed(content), (error) => {
        assert.ok(error instanceof TraceError, String(error));
        assert.match(`${error.message} (${error.code})`, message);
        return true;
      });
    });
  }

  test('the command says it in a sentence, without a stack trace, and exits with 3', () => {
    const verdict = replayFile(`${head}\n{"at":1,\n`);
    assert.deepEqual([verdict.code, verdict.out], [3, '']);
    assert.match(verdict.err, /^meetwire: .*: line 2: .*\(line-malformed\)\n$/);
  });

  test('a trace cut at any place is said to be cut off', async () => {
    const whole = redacted.ada;
    for (let part = 1; part < 100; part++) {
      const cut = whole.slice(0, Math.floor((whole.length * part) / 100));
      // Without its newline the last line is whole all the same.
      const isWhole = cut.endsWith('\n') || whole[cut.length] === '\n';
      if (!isWhole) await assert.rejects(replayed(cut), /line \d+: .*cut off|does not begin/);
    }
  });

  test('no such file, no file at all, flags that contradict each other', () => {
    assert.match(runCli('replay', '/nowhere/trace.jsonl').err, /ENOENT.*\(file-unreadable\)/);
    assert.equal(runCli('replay').code, 2);
    assert.equal(runCli('replay', 'a', '--quiet', '--story').code, 2);
    assert.equal(runCli('replay', '--nonsense').code, 2);
    const help = runCli('replay', '--help');
    assert.deepEqual([help.code, help.err], [0, '']);
    assert.match(help.out, /Exit codes/);
  });

  test('what stands in a file cannot drive the terminal', () => {
    const { out, err } = replayFile(redacted.ada.replaceAll('"BEN', '"\\u001b[2J\\u202eBEN'));
    assert.doesNotMatch(out + err, /[\u001b\u202e]/u);
  });
});
