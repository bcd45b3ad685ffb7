// The shipped module reads JSON as the table says, and JSON.parse does the same but where the table says otherwise.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { loadClient } from '../../bindings/load-client.ts';
import { root } from '../support/root.ts';

interface Row {
  text: string;
  outcome: string;
  jsonParse: 'Same' | 'Other' | 'Bytes';
}

/** A C string's bytes, read as UTF-8. */
function unescaped(literal: string): string {
  const bytes: number[] = [];
  const named: Record<string, number> = { n: 10, r: 13, t: 9, '"': 34, "'": 39, '\\': 92 };
  for (const [token] of literal.matchAll(/\\[0-7]{3}|\\.|[^\\]/gs)) {
    if (token.length === 4) bytes.push(Number.parseInt(token.slice(1), 8));
    else if (token.length === 2) bytes.push(named[token[1] ?? ''] ?? assert.fail(`unknown escape ${token}`));
    else bytes.push(...Buffer.from(token));
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes));
}

const source = readFileSync(join(root, 'tests', 'support', 'json_table.inc'), 'utf8');
const rows: Row[] = [...source.matchAll(/^ROW\("((?:\\.|[^"\\])*)", "((?:\\.|[^"\\])*)", (Same|Other|Bytes)\)/gm)].map(
  ([, text = '', outcome = '', jsonParse]) => ({
    text: unescaped(text),
    outcome: unescaped(outcome),
    jsonParse: jsonParse as Row['jsonParse'],
  }),
);

let core: Awaited<ReturnType<typeof loadClient>>;
before(async () => {
  core = await loadClient();
});

/** Whether the module took the text for JSON: it says of any that it is no envelope, but of none that is not JSON. */
function isReadByModule(text: string): boolean {
  const options = { room: 'r', user: 'u', name: '', secret: '', dialect: 'meetwire', seed: 1, iceTransportPolicy: 'all' };
  const session = core.clientCreate(JSON.stringify(options));
  core.clientHandle(session, 1000, '{"type":"join_requested"}');
  core.clientHandle(session, 1000, '{"type":"transport_opened","attempt":1}');
  const step = JSON.parse(core.clientReceive(session, 1000, 1, 'meetwire', text)) as {
    commands: { type: string; error: { code: string; detail: string } }[];
  };
  core.clientDispose(session);
  const problem = step.commands.find(({ type }) => type === 'report_problem')?.error;
  assert.equal(problem?.code, 'message-malformed', text);
  assert.ok(['not JSON', 'an envelope without messages'].includes(problem.detail), problem.detail);
  return problem.detail !== 'not JSON';
}

function parsed(text: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return undefined;
  }
}

test('the table is read whole', () => {
  assert.equal(rows.length, source.match(/^ROW\(/gm)?.length);
  assert.ok(rows.length > 100);
});

test('the shipped module reads and refuses what the table says', () => {
  for (const { text, outcome, jsonParse } of rows) {
    if (jsonParse === 'Bytes') continue; // no string of JavaScript's becomes such bytes
    assert.equal(isReadByModule(text), !outcome.startsWith('!'), JSON.stringify(text));
  }
});

test('JSON.parse gives the same value or refuses as well, but for the differences that the table names', () => {
  for (const { text, outcome, jsonParse } of rows) {
    if (jsonParse === 'Bytes') continue;
    const same = parsed(text) === (outcome.startsWith('!') ? undefined : parsed(outcome));
    assert.equal(same, jsonParse === 'Same', JSON.stringify(text));
  }
});
