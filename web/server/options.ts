// The defaults and the checks of what `attach` and `serve` are told. Knows nothing of sockets: a wrong option is found before
// anything is opened.

import { proxyList } from './addresses.ts';
import { checkIceServers } from './ice-servers.ts';
import { logLevels } from './logger.ts';
import { faultOfOrigin } from './origin.ts';
import type { ServeOptions } from './option-types.ts';
import { OptionError } from './option-types.ts';

export * from './option-types.ts';

export const defaults = {
  port: 18_080,
  host: '127.0.0.1',
  path: '/socket.io',
  connectionsTotal: 10_000,
  connectionsPerAddress: 2_000,
  joinsPerAddress: 50,
  bytesPerAddress: 8 * 1024 * 1024,
} as const;

const participantsMost = 1_000;
const resumeWindowMsMost = 3_600_000;
const chatHistoryMost = 100;
const drainMsMost = 86_400_000;
// Half of the longest string that V8 has: as one string a trace is handed out.
const traceBytesMost = 256 * 1024 * 1024;

/** Throws OptionError for the first option that is wrong. */
export function checkOptions(options: ServeOptions): void {
  if (options === null || typeof options !== 'object') throw new OptionError('options', 'must be an object');
  if (options.port !== undefined) checkWhole('port', options.port, 0, 65_535);
  if (options.plainPort !== undefined) checkWhole('plainPort', options.plainPort, 0, 65_535);
  if (options.plainPort !== undefined && options.plainPort !== 0 && options.plainPort === (options.port ?? defaults.port)) {
    throw new OptionError('plainPort', 'must be another port than the one of the other clients');
  }
  if (options.plainServer !== undefined && typeof options.plainServer?.on !== 'function') throw new OptionError('plainServer', 'must be an http or https server');
  if (options.plainPort !== undefined && options.plainServer !== undefined) throw new OptionError('plainPort', 'is for where no plainServer is given');
  if (options.plainParticipantsMax !== undefined) checkWhole('plainParticipantsMax', options.plainParticipantsMax, 1, participantsMost);
  if (options.metricsPort !== undefined) checkWhole('metricsPort', options.metricsPort, 0, 65_535);
  if (options.drainMs !== undefined) checkWhole('drainMs', options.drainMs, 0, drainMsMost);
  if (options.metrics !== undefined && typeof options.metrics !== 'boolean') throw new OptionError('metrics', 'must be true or false');
  if (options.participantsMax !== undefined) checkWhole('participantsMax', options.participantsMax, 1, participantsMost);
  if (options.resumeWindowMs !== undefined) checkWhole('resumeWindowMs', options.resumeWindowMs, 0, resumeWindowMsMost);
  if (options.chatHistoryMax !== undefined) checkWhole('chatHistoryMax', options.chatHistoryMax, 0, chatHistoryMost);
  if (options.connectionsTotal !== undefined) checkWhole('connectionsTotal', options.connectionsTotal, 1, 100_000);
  if (options.connectionsPerAddress !== undefined) checkWhole('connectionsPerAddress', options.connectionsPerAddress, 1, 100_000);
  if (options.joinsPerAddress !== undefined) checkWhole('joinsPerAddress', options.joinsPerAddress, 1, 100_000);
  if (options.bytesPerAddress !== undefined) checkWhole('bytesPerAddress', options.bytesPerAddress, 65_536, 1_000_000_000);
  if (options.data !== undefined && (typeof options.data !== 'string' || options.data.trim() === '')) throw new OptionError('data', 'must be a folder');
  for (const option of ['host', 'metricsHost'] as const) {
    const host: unknown = options[option];
    if (host !== undefined && (typeof host !== 'string' || host.trim() === '')) throw new OptionError(option, 'must be an address or a host name');
  }
  if (options.authorize !== undefined && typeof options.authorize !== 'function') {
    throw new OptionError('authorize', 'must be a function');
  }
  if (options.lobby !== undefined && typeof options.lobby !== 'boolean') throw new OptionError('lobby', 'must be true or false');
  if (options.logLevel !== undefined && !logLevels.includes(options.logLevel)) {
    throw new OptionError('logLevel', `must be one of ${logLevels.join(', ')}`);
  }
  if (options.page !== undefined && typeof options.page !== 'boolean' && typeof options.page !== 'string') {
    throw new OptionError('page', 'must be true, false or a folder');
  }
  if (options.path !== undefined && (typeof options.path !== 'string' || !/^\/[^?#\s]+$/.test(options.path))) {
    throw new OptionError('path', 'must start with a slash and name something');
  }
  checkOrigins(options.origins);
  checkProxies(options.trustedProxies);
  if (options.iceServers !== undefined && typeof options.iceServers !== 'function') checkIceServers(options.iceServers);
  checkTrace(options.trace);
  // A log has the places' secrets in it, in a form that the redaction of traces does not know.
  if (options.data !== undefined && options.trace) throw new OptionError('trace', 'cannot be kept together with data: the logs in that folder have all that happened');
}

function checkProxies(proxies: unknown): void {
  if (proxies === undefined) return;
  const wrong = new OptionError('trustedProxies', 'must be a list of addresses such as 127.0.0.1 and networks such as 10.0.0.0/8');
  if (!Array.isArray(proxies) || !proxies.every((proxy) => typeof proxy === 'string')) throw wrong;
  try {
    proxyList(proxies);
  } catch {
    throw wrong;
  }
}

function checkTrace(trace: unknown): void {
  if (trace === undefined || typeof trace === 'boolean') return;
  if (trace === null || typeof trace !== 'object') throw new OptionError('trace', 'must be true, false or { bytesMax, entriesMax, redact }');
  const { bytesMax = 1, entriesMax = 1, redact = true } = trace as Record<string, unknown>;
  checkWhole('trace.bytesMax', bytesMax, 1, traceBytesMost);
  checkWhole('trace.entriesMax', entriesMax, 1, traceBytesMost);
  if (typeof redact !== 'boolean') throw new OptionError('trace', 'redact must be true or false');
}

function checkWhole(option: string, value: unknown, least: number, most: number): void {
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > most) {
    throw new OptionError(option, `must be a whole number from ${least} to ${most}`);
  }
}

function checkOrigins(origins: unknown): void {
  if (origins === undefined) return;
  if (!Array.isArray(origins)) throw new OptionError('origins', 'must be a list of origins');
  for (const origin of origins as unknown[]) {
    const fault = faultOfOrigin(origin);
    if (fault !== undefined) throw new OptionError('origins', `${JSON.stringify(origin)} ${fault}`);
  }
}
