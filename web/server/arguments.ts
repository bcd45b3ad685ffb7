// The command line and the environment as options: `--port 8080` and `MEETWIRE_PORT=8080` say the same, the former
// wins. Owns the words of the help; knows nothing of what the options do.

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { IceServer, ServeOptions } from './options.ts';
import { OptionError } from './options.ts';
import type { LogLevel } from './log.ts';
import { logLevels } from './log.ts';

/** Something that was typed wrong; the message says what. */
export class UsageError extends Error {}

export const help = `meetwire: the server of Meetwire meetings

  meetwire serve [options]   signalling server and meeting page in one
  meetwire token [options]   make a token; see meetwire token --help
  meetwire doctor URL        look at a server from outside, and say what to
                             mend; see meetwire doctor --help
  meetwire replay FILE       play a trace again; see meetwire replay --help

  --port NUMBER              default 18080; 0 takes a free one         MEETWIRE_PORT
  --host ADDRESS             default 127.0.0.1; 0.0.0.0 for everybody  MEETWIRE_HOST
  --origin ORIGIN            pages that may connect besides the        MEETWIRE_ORIGIN
                             server's own, such as                     (commas between)
                             https://meet.example.org; * for all;
                             may be repeated; default: localhost
  --max-participants NUMBER  in a room; default 12                     MEETWIRE_MAX_PARTICIPANTS
  --plain-port NUMBER        serve plain clients there: WebSockets to  MEETWIRE_PLAIN_PORT
                             /<namespace>/<room>?pc or ?app; default:
                             none is served
  --plain-max-participants NUMBER                                      MEETWIRE_PLAIN_MAX_PARTICIPANTS
                             in a room with a plain client; default 2
  --chat-history NUMBER      messages kept for those who come later;   MEETWIRE_CHAT_HISTORY
                             0 for none; default and most 100
  --ice-servers JSON         a list of RTCIceServer for the members    MEETWIRE_ICE_SERVERS
  --turn URL                 a TURN server whose credentials are made   MEETWIRE_TURN
                             for each member, such as                  (commas between)
                             turn:turn.example.org:3478 or
                             turns:turn.example.org:5349?transport=tcp;
                             may be repeated
  --turn-secret TEXT         what they are made with (coturn:          MEETWIRE_TURN_SECRET
                             static-auth-secret); better given by
                             the environment
  --secret TEXT              who enters needs a token that this signed  MEETWIRE_SECRET
                             (HS256), 32 bytes or more; may be         (commas between)
                             repeated, while one replaces another;
                             better given by the environment
  --public-key FILE          likewise, an Ed25519 public key (PEM)     MEETWIRE_PUBLIC_KEY
                             of whoever issues tokens                  (file or PEM)
  --lobby                    newcomers wait until a host admits them   MEETWIRE_LOBBY
                                                                       (true or false)
  --trusted-proxy ADDRESS    whose X-Forwarded-For is believed: an      MEETWIRE_TRUSTED_PROXY
                             address, or a network as 10.0.0.0/8;      (commas between)
                             may be repeated; default: nobody's
  --max-connections NUMBER   from one address; default 2000            MEETWIRE_MAX_CONNECTIONS
  --max-connections-total NUMBER                                       MEETWIRE_MAX_CONNECTIONS_TOTAL
                             in all; default 10000
  --max-joins NUMBER         new ones a second from one address;       MEETWIRE_MAX_JOINS
                             default 50
  --max-bytes NUMBER         a second from one address; default        MEETWIRE_MAX_BYTES
                             8388608
  --metrics                  figures for Prometheus at /metrics        MEETWIRE_METRICS
                                                                       (true or false)
  --metrics-port NUMBER      or on a port of their own                 MEETWIRE_METRICS_PORT
  --metrics-host ADDRESS     of that port; default 127.0.0.1           MEETWIRE_METRICS_HOST
  --drain SECONDS            at the end, wait so long for meetings to  MEETWIRE_DRAIN
                             end by themselves; default 0
  --data FOLDER              keep the rooms there, so that they outlive  MEETWIRE_DATA
                             this process; default: they end with it
  --page, --no-page          serve the meeting page at /; default:     MEETWIRE_PAGE
                             if it has been built                      (true or false)
  --trace FILE               keep what goes into the core and out of   MEETWIRE_TRACE
                             it, without secrets and messages; it is
                             written to FILE at the end, when the
                             core fails, and on SIGUSR2
  --log-level LEVEL          ${logLevels.slice(0, 4).join(', ')},              MEETWIRE_LOG_LEVEL
                             ${logLevels.slice(4).join(', ')}; default info
  --help                     this text
  --version                  the version

The log goes to standard output, a JSON object a line. SIGTERM or SIGINT closes in order, within --drain and two seconds
more; a second one at once. /healthz says whether the process is well, /readyz whether it takes newcomers.
Exit codes: 0 done, 1 failed, 2 wrong usage.
`;

export type Wish =
  | { readonly what: 'help' }
  | { readonly what: 'version' }
  | { readonly what: 'serve'; readonly options: ServeOptions; readonly traceFile: string | undefined }
  | { readonly what: CommandName; readonly words: readonly string[] };

/** Commands of their own, with a help of their own. */
const commands = ['replay', 'token', 'doctor'] as const;
export type CommandName = (typeof commands)[number];

const flags = {
  port: { type: 'string' },
  host: { type: 'string' },
  origin: { type: 'string', multiple: true },
  'max-participants': { type: 'string' },
  'plain-port': { type: 'string' },
  'plain-max-participants': { type: 'string' },
  'chat-history': { type: 'string' },
  'ice-servers': { type: 'string' },
  turn: { type: 'string', multiple: true },
  'turn-secret': { type: 'string' },
  secret: { type: 'string', multiple: true },
  'public-key': { type: 'string', multiple: true },
  'trusted-proxy': { type: 'string', multiple: true },
  'max-connections': { type: 'string' },
  'max-connections-total': { type: 'string' },
  'max-joins': { type: 'string' },
  'max-bytes': { type: 'string' },
  lobby: { type: 'boolean' },
  metrics: { type: 'boolean' },
  'metrics-port': { type: 'string' },
  'metrics-host': { type: 'string' },
  drain: { type: 'string' },
  data: { type: 'string' },
  page: { type: 'boolean' },
  'no-page': { type: 'boolean' },
  'log-level': { type: 'string' },
  trace: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

/** Throws UsageError. `environment` is process.env, or what stands for it. */
export function readArguments(words: readonly string[], environment: Readonly<Record<string, string | undefined>>): Wish {
  const own = commands.find((name) => name === words[0]);
  if (own !== undefined) return { what: own, words: words.slice(1) };
  const { values, positionals } = parse(words);
  if (values.help) return { what: 'help' };
  if (values.version) return { what: 'version' };
  const [command, ...rest] = positionals;
  if (command === undefined) throw new UsageError('No command was given.');
  if (command !== 'serve') throw new UsageError(`There is no command ${command}.`);
  if (rest.length > 0) throw new UsageError(`serve takes no ${rest[0]}.`);
  if (values.page && values['no-page']) throw new UsageError('--page and --no-page contradict each other.');

  const variable = (flag: string): string | undefined => {
    const value = environment[`MEETWIRE_${flag.toUpperCase().replaceAll('-', '_')}`];
    // Set to nothing is how many tools unset a variable.
    return value === '' ? undefined : value;
  };
  const text = (flag: 'turn-secret' | 'port' | 'plain-port' | 'plain-max-participants' | 'host' | 'metrics-port' | 'metrics-host' | 'drain' | 'data' | 'max-participants' | 'chat-history' | 'ice-servers' | 'log-level' | 'trace' | 'max-connections' | 'max-connections-total' | 'max-joins' | 'max-bytes'): string | undefined =>
    values[flag] ?? variable(flag);
  const list = (flag: 'origin' | 'trusted-proxy' | 'secret' | 'turn'): string[] | undefined =>
    values[flag] ?? variable(flag)?.split(',').map((one) => one.trim()).filter(Boolean);
  const traceFile = text('trace');
  const drain = wholeNumber('drain', text('drain'));
  const options = {
    port: wholeNumber('port', text('port')),
    host: text('host'),
    origins: list('origin'),
    trustedProxies: list('trusted-proxy'),
    connectionsPerAddress: wholeNumber('max-connections', text('max-connections')),
    connectionsTotal: wholeNumber('max-connections-total', text('max-connections-total')),
    joinsPerAddress: wholeNumber('max-joins', text('max-joins')),
    bytesPerAddress: wholeNumber('max-bytes', text('max-bytes')),
    participantsMax: wholeNumber('max-participants', text('max-participants')),
    plainPort: wholeNumber('plain-port', text('plain-port')),
    plainParticipantsMax: wholeNumber('plain-max-participants', text('plain-max-participants')),
    chatHistoryMax: wholeNumber('chat-history', text('chat-history')),
    iceServers: json('ice-servers', text('ice-servers')) as IceServer[] | undefined,
    turn: list('turn'),
    turnSecret: text('turn-secret'),
    secret: list('secret'),
    publicKey: (values['public-key'] ?? only(variable('public-key')))?.map((key) => readKey('public-key', key)),
    lobby: values.lobby ?? truth('lobby', variable('lobby')),
    metrics: values.metrics ?? truth('metrics', variable('metrics')),
    metricsPort: wholeNumber('metrics-port', text('metrics-port')),
    metricsHost: text('metrics-host'),
    drainMs: drain === undefined ? undefined : drain * 1_000,
    data: text('data'),
    page: values['no-page'] ? false : (values.page ?? truth('page', variable('page'))),
    logLevel: text('log-level') as LogLevel | undefined,
    trace: traceFile !== undefined,
  };
  return { what: 'serve', options, traceFile };
}

/** An option's error in the words of the command line. */
export function inFlags(error: OptionError): string {
  return `--${flagNames[error.option] ?? error.option}${error.message.slice(error.option.length)}.`;
}

const flagNames: Readonly<Record<string, string>> = {
  participantsMax: 'max-participants',
  plainPort: 'plain-port',
  plainParticipantsMax: 'plain-max-participants',
  chatHistoryMax: 'chat-history',
  iceServers: 'ice-servers',
  turnSecret: 'turn-secret',
  publicKey: 'public-key',
  metricsPort: 'metrics-port',
  metricsHost: 'metrics-host',
  drainMs: 'drain',
  privateKey: 'private-key',
  lifetimeSeconds: 'lifetime',
  logLevel: 'log-level',
  origins: 'origin',
  trustedProxies: 'trusted-proxy',
  connectionsPerAddress: 'max-connections',
  connectionsTotal: 'max-connections-total',
  joinsPerAddress: 'max-joins',
  bytesPerAddress: 'max-bytes',
};

function parse(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options: flags, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

const only = (text: string | undefined): string[] | undefined => (text === undefined ? undefined : [text]);

/** A key is given as the name of a file, or as the text itself, as some environments have it. */
export function readKey(flag: string, given: string): string {
  if (given.includes('-----BEGIN')) return given.replaceAll('\\n', '\n');
  try {
    return readFileSync(given, 'utf8');
  } catch {
    throw new UsageError(`--${flag}: there is no file ${given} that can be read.`);
  }
}

export function wholeNumber(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--${flag}: ${text} is not a whole number.`);
  return Number(text);
}

function json(flag: string, text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // Not what was typed: it holds credentials.
    throw new UsageError(`--${flag}: this is not JSON.`);
  }
}

function truth(flag: string, text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  if (/^(true|1|yes|on)$/i.test(text)) return true;
  if (/^(false|0|no|off)$/i.test(text)) return false;
  throw new UsageError(`MEETWIRE_${flag.toUpperCase()}: ${text} is neither true nor false.`);
}
