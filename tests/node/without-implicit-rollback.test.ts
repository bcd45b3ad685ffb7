// Real WebRTC that takes no offer back by itself: what browsers do in one step here has to be done in two.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Findings } from '../support/wrtc-findings.ts';

const program = fileURLToPath(new URL('../support/wrtc-glare.js', import.meta.url));
const msMax = 60_000;

function findings(): Promise<Findings> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, ['--enable-source-maps', program], { timeout: msMax, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
      if (error) return reject(new Error(`The program ended with ${error.signal ?? error.code}:\n${stdout}\n${stderr}`));
      try {
        resolve(JSON.parse(stdout) as Findings);
      } catch (cause) {
        reject(new Error(`The program printed no findings:\n${stdout}\n${stderr}`, { cause }));
      }
    });
  });
}

test('A5: without implicit rollback a collision ends the same: one connection, the lines agreed, nothing failed', async () => {
  const { implicitRollback, meetings, problems } = await findings();
  assert.equal(implicitRollback, false, 'the runtime is no longer one without implicit rollback');
  for (const { first, newcomer } of meetings) {
    const seen = (what: string): string => `${what}: ${JSON.stringify({ first, newcomer }, undefined, 1)}`;
    for (const end of [first, newcomer]) {
      assert.deepEqual(end.failures, [], seen('operations failed'));
      assert.equal(end.connections, 1, seen('not one connection each'));
      assert.equal(end.lineless, 0, seen('transceivers are left over'));
      assert.deepEqual([end.signaling, end.connection, end.link], ['stable', 'connected', 'connected'], seen('not connected'));
    }
    // One collision, given way to by one side; a later share, with sound, makes no offer that could meet another.
    assert.deepEqual([first.rollbacks, newcomer.rollbacks].sort(), [0, 1], seen('not one rollback for the collision'));
    assert.deepEqual(first.slots, newcomer.slots);
    assert.deepEqual(Object.values(first.slots).sort(), ['camera', 'microphone', 'screen', 'screen-audio']);
    assert.deepEqual(first.lines, newcomer.lines);
    const media = first.lines.filter((line) => !line.includes(' application ')).map((line) => line.split(' '));
    assert.deepEqual(media.map(([mid]) => mid), Object.keys(first.slots), 'm-lines that are no slot\'s');
    for (const [, , direction] of media) assert.equal(direction, 'sendrecv', seen('not both ways'));
  }
  // Both roles have been played by both.
  assert.ok(meetings.some(({ first }) => first.rollbacks > 0));
  assert.ok(meetings.some(({ newcomer }) => newcomer.rollbacks > 0));
  assert.equal(problems, 0);
});
