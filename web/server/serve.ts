// A server of one's own: http, page, health and signalling in one process, from its start to its orderly end.

import { createServer } from 'node:http';
import type { Server as HttpServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { silentMsMax } from './bounds.ts';
import type { Gate } from './gate.ts';
import { answerHttp, isPage } from './http.ts';
import { openLog } from './log.ts';
import type { ServeOptions } from './options.ts';
import { OptionError, checkOptions, defaults } from './options.ts';
import { findPackage } from './package-files.ts';
import { Signalling } from './signalling.ts';
import type { SignallingParts } from './signalling.ts';
import { probeAnswer } from './stats.ts';
import type { Stats } from './stats.ts';

/** Why a server did not start, in one sentence. */
export class StartError extends Error {
  readonly code: 'port-in-use' | 'port-forbidden' | 'host-unknown' | 'listen-failed';

  constructor(code: StartError['code'], sentence: string, cause: unknown) {
    super(sentence, { cause });
    this.name = 'StartError';
    this.code = code;
  }
}

export interface MeetwireServer {
  /** To open in a browser, with the port that was really taken. */
  readonly url: string;
  readonly port: number;
  /** Where plain clients connect; with the option `plainPort` only. */
  readonly plainPort?: number;
  readonly httpServer: HttpServer;
  /** Where the figures are that have a port of their own. */
  readonly metricsUrl: string | undefined;
  stats(): Stats;
  /** See `Attachment.trace`. */
  trace(): string;
  /**
   * Waits for meetings to end, if told so by `drainMs`; then tells everybody, lets it go out, closes all sockets. Resolves
   * within two seconds more, whatever clients do.
   */
  close(): Promise<void>;
  /** The core has failed; the process should end and be started again. Everybody has been disconnected. */
  onFailure(listener: (error: unknown) => void): void;
}

// A polled message of 132 KB comes on a slow line in a few seconds. Who takes longer is either lost or wants to hold sockets
// open. The time for a head begins with the connection, which a relay may open before it has anything to send.
const requestMsMax = 10_000;
const lookMs = 500;
// Of a socket on which nothing moves at all, such as a page that is asked for and not read. A poll is answered by the
// next ping, which comes sooner.
const idleMsMax = 30_000;
// At the end: for answers under way.
const answersMsMax = 500;

const useWebSockets = 'Plain clients connect here by WebSocket, to /<namespace>/<room>?pc or ?app.\n';

function makeHttp(): HttpServer {
  const http = createServer({
    headersTimeout: silentMsMax,
    requestTimeout: requestMsMax,
    connectionsCheckingInterval: lookMs,
    keepAliveTimeout: silentMsMax,
  });
  http.timeout = idleMsMax;
  return http;
}

/** Rejects with OptionError or StartError. */
export async function serve(options: ServeOptions = {}, parts: SignallingParts = {}): Promise<MeetwireServer> {
  checkOptions(options);
  const log = options.logger ?? openLog(options.logLevel ?? 'info');
  const files = findPackage();
  const page = pageFolder(options.page, files.page);
  if (page === undefined && options.page !== false) log.warn({}, 'the meeting page has not been built; signalling only');

  const http = makeHttp();
  const plain = options.plainPort === undefined ? undefined : makeHttp();
  const wantsMetrics = options.metrics === true || options.metricsPort !== undefined;
  // Only whoever wants figures loads what they are made with.
  const { Metrics, metricsServer } = wantsMetrics ? await import('./metrics.ts') : {};
  const stats = (): Stats => signalling.stats();
  const answer = answerHttp({ version: files.version, page, stats, metrics: () => (options.metrics === true ? metrics : undefined) });
  http.on('request', (request, response) => signalling.gate.inTurn(request, () => answer(request, response)));
  const signalling = new Signalling(http, { ...options, ...(plain && { plainServer: plain }) }, log, { ...parts, alone: true });
  plain?.on('request', (_request, response) => response.writeHead(426, { Upgrade: 'websocket', 'Content-Type': 'text/plain' }).end(useWebSockets));
  const servers = [http, ...(plain ? [plain] : [])];
  const sockets = servers.map((server) => socketsOf(server, signalling.gate));
  const metrics = Metrics && new Metrics({ stats, counts: signalling.counts, version: files.version });
  const figures = metrics && options.metricsPort !== undefined ? metricsServer!(metrics, (path) => probeAnswer(path, stats())) : undefined;
  const metricsHost = options.metricsHost ?? defaults.host;
  const host = options.host ?? defaults.host;
  try {
    await signalling.ready;
    if (figures !== undefined) await listen(figures, metricsHost, options.metricsPort!);
    await listen(http, host, options.port ?? defaults.port);
    if (plain) await listen(plain, host, options.plainPort!);
  } catch (error) {
    figures?.close();
    await signalling.close();
    for (const server of servers) server.close();
    throw error;
  }

  const { port } = http.address() as AddressInfo;
  const url = urlOf(host, port);
  const metricsUrl = figures && `${urlOf(metricsHost, (figures.address() as AddressInfo).port)}/metrics`;
  log.info({ url, ...(metricsUrl && { metricsUrl }), version: files.version, page: page !== undefined }, `listening on ${url}`);
  const plainPort = plain && (plain.address() as AddressInfo).port;
  if (plainPort !== undefined) log.info({ plainPort }, `plain clients on ${urlOf(host, plainPort).replace('http', 'ws')}`);
  let closed: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    if (options.drainMs) {
      log.info({ drainMs: options.drainMs, ...stats() }, 'draining: newcomers are refused');
      await signalling.drain(options.drainMs);
    }
    await close(servers, signalling, () => sockets.flatMap((held) => [...held]));
    // The last to go: until then somebody may look how it ends.
    figures?.closeAllConnections();
    figures?.close();
    log.info({}, 'closed');
  };
  return {
    url,
    port,
    ...(plainPort !== undefined && { plainPort }),
    httpServer: http,
    metricsUrl,
    stats,
    trace: () => signalling.trace(),
    close: () => (closed ??= end()),
    onFailure: (listener) => void signalling.on('error', listener),
  };
}

function pageFolder(wish: boolean | string | undefined, own: URL | undefined): string | undefined {
  if (wish === false) return undefined;
  if (typeof wish === 'string') {
    if (!isPage(wish)) throw new OptionError('page', `there is no index.html in ${wish}`);
    return wish;
  }
  const folder = own === undefined ? undefined : fileURLToPath(own);
  if (folder !== undefined && isPage(folder)) return folder;
  if (wish === true) throw new OptionError('page', 'the meeting page has not been built');
  return undefined;
}

function listen(http: HttpServer, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', (error: NodeJS.ErrnoException) => reject(startError(error, host, port)));
    http.listen({ host, port }, resolve);
  });
}

function startError(error: NodeJS.ErrnoException, host: string, port: number): StartError {
  switch (error.code) {
    case 'EADDRINUSE':
      return new StartError('port-in-use', `Port ${port} on ${host} is in use already. Choose another, or stop what holds it.`, error);
    case 'EACCES':
      return new StartError('port-forbidden', `Port ${port} may not be used by this user. Ports from 1024 on may.`, error);
    case 'ENOTFOUND':
    case 'EADDRNOTAVAIL':
    case 'EAI_AGAIN':
      return new StartError('host-unknown', `${host} is no address of this machine.`, error);
    default:
      return new StartError('listen-failed', `Cannot listen on ${host}, port ${port}: ${error.message}.`, error);
  }
}

function urlOf(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

function socketsOf(http: HttpServer, gate: Gate): Set<Socket> {
  const sockets = new Set<Socket>();
  http.on('connection', (socket) => {
    if (!gate.holds(socket)) return;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}

// Not listening any more comes after the farewell: meanwhile the health check says 503, so that a load balancer looks
// elsewhere, and newcomers are told that it is closing.
async function close(servers: readonly HttpServer[], signalling: Signalling, sockets: () => Iterable<Socket>): Promise<void> {
  await signalling.close();
  const ended = servers.map((http) => new Promise<void>((resolve) => http.close(() => resolve())));
  for (const http of servers) http.closeIdleConnections();
  const deadline = setTimeout(() => {
    for (const socket of sockets()) socket.destroy();
  }, answersMsMax);
  await Promise.all(ended);
  clearTimeout(deadline);
}
