// The journal in a folder, as a process finds it again: after an end in order, a kill, a torn line, a flipped bit, a full disk.

import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { FileJournal } from '../../web/server/file-journal.ts';
import { lockFolder } from '../../web/server/folder-lock.ts';
import { Keeping } from '../../web/server/keeping.ts';
import { OptionError } from '../../web/server/options.ts';
import type { Journal } from '../../web/server/journal.ts';
import { KeptLog } from '../support/server-harness.ts';

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

function folderOf(): string {
  const folder = mkdtempSync(join(tmpdir(), 'meetwire-'));
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function open(folder: string): { journal: FileJournal; log: KeptLog } {
  const log = new KeptLog();
  const journal = new FileJournal(folder, log);
  cleanUps.push(() => journal.close());
  return { journal, log };
}

const logFile = (folder: string): string => join(folder, readdirSync(folder).find((name) => name.endsWith('.log'))!);

// The room's name may have any characters.
const room = 'Zoé/..\\ 1\n"';
const entries = [{ at: 7, entry: '{"type":"elapsed"}' }, { at: 8, entry: '{"text":"日本 \\n"}' }];

test('what was appended, stored and forgotten is read as it was', () => {
  const folder = folderOf();
  const { journal } = open(folder);
  assert.deepEqual(journal.read(), []);
  for (const { at, entry } of entries) journal.append(room, at, entry);
  journal.append('other', 1, '{}');
  journal.append('gone', 1, '{}');
  journal.forget('gone');
  assert.equal(journal.figures.rooms, 2);
  // Not closed: as a process that is killed leaves it.
  const again = open(folder).journal;
  assert.deepEqual(again.read().find((log) => log.room === room), { room, value: '', entries });
  again.store(room, '{"version":1}');
  again.append(room, 9, '{"a":1}');
  const third = open(folder).journal;
  assert.deepEqual(third.read().find((log) => log.room === room), { room, value: '{"version":1}', entries: [{ at: 9, entry: '{"a":1}' }] });
  assert.deepEqual(third.figures, again.figures);
  // Places' secrets are in it.
  assert.equal(statSync(logFile(folder)).mode & 0o077, 0);
});

test('the line under way when it was killed is left out, and written over', () => {
  const folder = folderOf();
  const { journal } = open(folder);
  for (const { at, entry } of entries) journal.append(room, at, entry);
  const file = logFile(folder);
  const whole = readFileSync(file);
  appendFileSync(file, whole.subarray(whole.length - 20, whole.length - 3));
  const again = open(folder);
  assert.deepEqual(again.journal.read(), [{ room, value: '', entries }]);
  assert.ok(again.log.lines.some((line) => line.message.includes('torn')));
  again.journal.append(room, 9, '{}');
  assert.equal(open(folder).journal.read()[0]!.entries.length, 3);
  // One without an end, and one whose last byte was never written.
  writeFileSync(file, whole.subarray(0, whole.length - 1));
  assert.equal(open(folder).journal.read()[0]!.entries.length, 1);
  writeFileSync(file, whole.subarray(0, 5));
  assert.deepEqual(open(folder).journal.read(), []);
});

test('a log with a flipped bit is set aside by name, and the others are read', () => {
  const folder = folderOf();
  const { journal } = open(folder);
  for (const { at, entry } of entries) journal.append(room, at, entry);
  const file = logFile(folder);
  const bytes = readFileSync(file);
  const at = bytes.indexOf('elapsed');
  bytes[at] = bytes[at]! ^ 1;
  writeFileSync(file, bytes);
  journal.append('other', 1, '{}');
  for (const copy of ['.damaged', '.damaged-2']) {
    const again = open(folder);
    assert.deepEqual(again.journal.read().map((log) => log.room), ['other']);
    const line = again.log.lines.find(({ message }) => message.includes('set aside'));
    const said = JSON.parse(line!.text) as { file: string; room: string };
    assert.deepEqual([said.file, said.room], [file + copy, room]);
    assert.deepEqual(readFileSync(file + copy), bytes);
    writeFileSync(file, bytes);
  }
  writeFileSync(file, 'not a log at all\nnor this\n');
  assert.deepEqual(open(folder).journal.read().map((log) => log.room), ['other']);
});

test('more rooms than files may be open', () => {
  const folder = folderOf();
  const { journal } = open(folder);
  for (let round = 0; round < 2; round += 1) {
    for (let at = 0; at < 600; at += 1) journal.append(`room ${at}`, round, '{}');
  }
  const logs = open(folder).journal.read();
  assert.equal(logs.length, 600);
  assert.ok(logs.every((log) => log.entries.length === 2));
});

test('one process at a time: the folder is locked while it lives, and what a killed one has left is no lock', async () => {
  const folder = folderOf();
  const unlock = await lockFolder(folder);
  await assert.rejects(lockFolder(folder), (error: unknown) => error instanceof OptionError && /^data: is in use/.test(error.message));
  unlock();
  writeFileSync(join(folder, 'lock'), '');
  (await lockFolder(folder))();
  await assert.rejects(lockFolder(join(folder, 'x'.repeat(120))), OptionError);
});

test('while the journal fails nothing goes out, and then everything does, in order', () => {
  let fails = false;
  const kept: string[] = [];
  const told: string[] = [];
  const failures: unknown[] = [];
  const journal = { append: (_room: string, _at: number, entry: string) => {
    if (fails) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    kept.push(entry);
  }, close: () => undefined } as unknown as Journal;
  let later: (() => void) | undefined;
  const clock = { now: () => 0, at: (_time: number, run: () => void) => {
    later = run;
    return () => (later = undefined);
  } };
  const log = new KeptLog();
  const keeping = new Keeping(journal, log, clock, (error) => failures.push(error));
  const say = (word: string): void => {
    keeping.keep({ type: 'append_entry', room: 'r', at: 1, entry: word });
    keeping.after(10, () => told.push(word));
  };
  say('a');
  fails = true;
  say('b');
  say('c');
  assert.equal(keeping.fails, true);
  assert.deepEqual([kept, told], [['a'], ['a']]);
  later!();
  assert.deepEqual([kept, told], [['a'], ['a']]);
  fails = false;
  later!();
  assert.deepEqual([kept, told], [['a', 'b', 'c'], ['a', 'b', 'c']]);
  assert.equal(keeping.fails, false);
  say('d');
  assert.deepEqual(told.at(-1), 'd');
  // For too long, and too much of it.
  fails = true;
  say('e');
  for (let at = 0; at < 40 && failures.length === 0; at += 1) keeping.after(1024 * 1024, () => undefined);
  assert.equal(failures.length, 1);
});
