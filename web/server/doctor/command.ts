// `meetwire doctor URL`: looks at a server as browsers and their networks do, and says what to mend.

import { parseArgs } from 'node:util';
import { UsageError, wholeNumber } from '../arguments.ts';
import { defaults } from '../options.ts';
import { findPackage } from '../package-files.ts';
import type { Finding } from './finding.ts';
import { skipped } from './finding.ts';
import { checkHealth, checkTls } from './http-checks.ts';
import { checkRelays } from './relay-checks.ts';
import { checkHello, checkPolling, checkWebSocket } from './socket-checks.ts';

const help = `meetwire doctor: looks at a server from outside, and says what to mend

  meetwire doctor URL [options]     such as https://meet.example.org/

  --origin ORIGIN    whose pages are to get in; default: the url's own
  --room, --user     for which a --token is; default: made up
  --token TOKEN      to be let in with; or MEETWIRE_TOKEN
  --path PATH        of the signalling socket below the url; default ${defaults.path.slice(1)}
  --timeout SECONDS  for each check; default 5
  --json             a list of findings, for programs
  --help             this text

Checked are TLS, the server and its version, the clock, long polling, WebSocket, the protocol, and each TURN server over
the transports that it is named with.
Exit codes: 0 nothing failed, 1 something did, 2 wrong usage.
`;

const flags = {
  origin: { type: 'string' },
  room: { type: 'string' },
  user: { type: 'string' },
  token: { type: 'string' },
  path: { type: 'string' },
  timeout: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

export interface Report {
  readonly text: string;
  readonly exitCode: 0 | 1;
}

/** Rejects with UsageError. */
export async function doctorCommand(words: readonly string[], environment: Readonly<Record<string, string | undefined>> = {}): Promise<Report> {
  const { values, positionals } = parse(words);
  if (values.help) return { text: help, exitCode: 0 };
  if (positionals.length !== 1) throw new UsageError('doctor: give one url.');
  const base = readUrl(positionals[0]!);
  const msMax = (wholeNumber('timeout', values.timeout) ?? 5) * 1_000;
  const target = { base, path: (values.path ?? defaults.path).replace(/^\/|\/$/g, ''), origin: values.origin ?? base.origin, msMax };
  const hello = { room: values.room, user: values.user, token: values.token ?? environment['MEETWIRE_TOKEN'] };
  const findings = await examine(target, hello);
  const bad = findings.some(({ outcome }) => outcome === 'failed');
  return { text: values.json ? `${JSON.stringify(findings, undefined, 2)}\n` : findings.map(lineOf).join(''), exitCode: bad ? 1 : 0 };
}

async function examine(target: Parameters<typeof checkPolling>[0], hello: Parameters<typeof checkHello>[1]): Promise<Finding[]> {
  const { base, msMax } = target;
  const [tls, health] = await Promise.all([checkTls(base, msMax, Date.now()), checkHealth(base, msMax, findPackage().version)]);
  const findings = [tls, ...health];
  // Nobody there: all else would say the same.
  if (health[0]!.check === 'server' && health[0]!.found.startsWith('no answer')) return [...findings, skipped('the rest', 'not looked at')];
  findings.push(...(await Promise.all([checkPolling(target), checkWebSocket(target)])));
  const { finding, iceServers } = await checkHello(target, hello);
  findings.push(finding, ...(iceServers === undefined ? [skipped('TURN', 'only who is let in is told of TURN servers')] : await checkRelays(iceServers, msMax)));
  return findings;
}

const lineOf = ({ check, outcome, found, mend }: Finding): string => `${outcome.padEnd(8)} ${check}: ${found}\n${mend === undefined ? '' : `         ${mend}\n`}`;

function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw new UsageError(`doctor: ${text} is no url such as https://meet.example.org/.`);
  url.search = url.hash = '';
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options: flags, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
