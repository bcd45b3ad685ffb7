// Who may come in: each request is judged before a transport sees it. Says in the log who was turned away, and from which
// address.

import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Addresses } from './addresses.ts';
import { requestCharge } from './bounds.ts';
import { believesHost } from './host-name.ts';
import type { Logger } from './log.ts';
import { Occasionals } from './log.ts';
import { mayConnect } from './origin.ts';
import { ProxyHost } from './proxy-host.ts';

export interface GateParts {
  readonly origins: readonly string[] | undefined;
  readonly addresses: Addresses;
  readonly log: Logger;
  /** Why nobody may come in at all at the moment. */
  readonly shut: () => string | undefined;
  /** Somebody was turned away, for the figures. */
  readonly refused?: (code: string) => void;
}

export class Gate {
  readonly #origins: readonly string[] | undefined;
  readonly #addresses: Addresses;
  readonly #log: Logger;
  readonly #refusals: Occasionals;
  readonly #ends: Occasionals;
  readonly #proxyHost: ProxyHost;
  readonly #shut: () => string | undefined;
  readonly #tellRefused: (code: string) => void;
  #forwardedSaid = false;

  constructor({ origins, addresses, log, shut, refused = () => undefined }: GateParts) {
    this.#origins = origins;
    this.#addresses = addresses;
    this.#log = log;
    this.#refusals = new Occasionals(log, 'connections refused');
    this.#ends = new Occasionals(log, 'connections ended for what they sent or did not read');
    this.#proxyHost = new ProxyHost(log);
    this.#shut = shut;
    this.#tellRefused = refused;
  }

  /** Why this request may not open a transport; undefined if it may, and then it counts. */
  refusalOf(request: IncomingMessage): string | undefined {
    return this.#shut() ?? this.strangerOf(request) ?? this.#addresses.refusalOf(this.#addresses.of(request));
  }

  /**
   * Why nothing of this request is taken. Every request, of open transports too: a browser leaves Origin out where a page
   * loads a script or an image, and a form or a frame can be sent anywhere.
   */
  strangerOf(request: IncomingMessage): string | undefined {
    const { origin, host } = request.headers;
    const query = new URL(request.url ?? '/', 'http://path').searchParams;
    if (query.has('j')) return 'jsonp-refused: polling by scripts (JSONP) is not served; use polling by XMLHttpRequest, or WebSocket';
    const site = request.headers['sec-fetch-site'];
    if (origin === undefined && (site === 'cross-site' || site === 'same-site') && this.#origins?.includes('*') !== true) {
      return 'origin-refused: a page of another site asks without saying which; it has to use CORS or WebSocket';
    }
    if (origin !== undefined && this.#origins?.includes(origin) === true) return undefined;
    const { localPort, remoteAddress } = request.socket;
    // Without Origin it may be no page at all, which a list of pages does not hold back.
    if (!believesHost(host, { port: localPort, remote: remoteAddress }, origin === undefined ? undefined : this.#origins)) {
      return `host-refused: this server is not known as ${host}; add the page's origin (${origin ?? `http://${host}`}) to the server's allowed origins`;
    }
    if (mayConnect(origin, host, this.#origins)) return undefined;
    return `origin-refused: pages of ${origin} may not connect; add it to the server's allowed origins`;
  }

  /** What Access-Control-Allow-Origin says; false for none. */
  corsOrigin(request: IncomingMessage): string | false {
    const { origin } = request.headers;
    return origin !== undefined && this.strangerOf(request) === undefined ? origin : false;
  }

  /** A request goes on when its address owes nothing any more. */
  inTurn(request: IncomingMessage, next: () => void): void {
    const waitMs = this.#waitMsOf(request);
    if (waitMs === 0) return next();
    const timer = setTimeout(() => {
      if (!request.socket.destroyed) next();
    }, waitMs);
    timer.unref();
  }

  /** A bare connection that is one too many is ended: for its address without a word, in all with one. */
  holds(socket: Socket): boolean {
    const held = this.#addresses.holds(socket);
    if (held === 'held') return true;
    const address = socket.remoteAddress ?? '';
    if (held === 'too many') {
      this.ended(address, 'too many sockets');
      socket.destroy();
    } else {
      this.#turnedAway('server-full', 'server-full: this server has all sockets that it may have', address);
      socket.once('error', () => {});
      socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', () => socket.destroy());
    }
    return false;
  }

  /** Why nobody's transport may be opened at the moment, for want of room. */
  get full(): string | undefined {
    return this.#addresses.full;
  }

  #waitMsOf(request: IncomingMessage): number {
    if (request.headers['x-forwarded-for'] !== undefined && !this.#addresses.trusted(request)) this.#tellOfProxy(request);
    return this.#addresses.came(this.#addresses.of(request), requestCharge);
  }

  /** A request was taken for a stranger's; `inSession`: it belongs to a transport that is open. */
  taken(request: IncomingMessage, inSession: boolean): void {
    if (request.headers.origin !== undefined) this.#proxyHost.look(request.headers, inSession);
  }

  /** A request was turned away, here or by engine.io. */
  refused(request: IncomingMessage, message: string, reason: unknown): void {
    const told = typeof reason === 'string' ? reason.slice(0, 300) : message;
    this.#turnedAway(told.split(':', 1)[0]!, told, this.#addresses.of(request));
  }

  #turnedAway(code: string, reason: string, address: string): void {
    this.#tellRefused(code);
    this.#refusals.happened(code, { reason }, address);
  }

  /** A transport was ended. */
  ended(address: string, reason: string): void {
    this.#ends.happened(reason, { reason }, address);
  }

  close(): void {
    this.#refusals.close();
    this.#ends.close();
  }

  // Otherwise one user behind the proxy is all users behind it.
  #tellOfProxy(request: IncomingMessage): void {
    if (this.#forwardedSaid) return;
    this.#forwardedSaid = true;
    this.#log.warn(
      { address: this.#addresses.of(request) },
      'a proxy that is not trusted says for whom it asks: bounds count for its own address; name it with the option trustedProxies if it is yours',
    );
  }
}
