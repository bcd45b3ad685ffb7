// A proxy that asks this server under another `Host` than the page was asked under makes the server's own page look like
// another site's: WebSockets are refused, and meetings go on by polling, or not at all. The browser and the proxy often
// say enough to tell this from a stranger's page; then the log says what to do. Nobody gets in by it.

import type { IncomingHttpHeaders } from 'node:http';
import type { Logger } from './logger.ts';

export class ProxyHost {
  readonly #log: Logger;
  #told = false;

  constructor(log: Logger) {
    this.#log = log;
  }

  /**
   * `headers`: of a request whose Origin is not one that may connect. `inSession`: it belongs to a transport that was
   * opened without an Origin, as browsers do only within one origin.
   */
  look(headers: IncomingHttpHeaders, inSession: boolean): void {
    if (this.#told || !(inSession || isOwnPage(headers))) return;
    this.#told = true;
    const { origin = '', host = '' } = headers;
    this.#log.warn(
      { origin: origin.slice(0, 200), host: host.slice(0, 200) },
      'the page of this server is taken for a stranger\'s: a proxy in between passes another Host. ' +
        'Let it pass the Host that the browser asked for (nginx: proxy_set_header Host $http_host; Apache: ProxyPreserveHost On), ' +
        'or list the origin in `origins` (--origin)',
    );
  }
}

// No page of another site can make a browser, or a proxy, say either of these.
function isOwnPage({ origin, ...headers }: IncomingHttpHeaders): boolean {
  if (origin === undefined) return false;
  if (headers['sec-fetch-site'] === 'same-origin') return true;
  const forwarded = headers['x-forwarded-host'] ?? /(?:^|[;,\s])host="?([^";,\s]+)/i.exec(headers.forwarded ?? '')?.[1];
  const host = String(forwarded ?? '').split(',', 1)[0]!.trim();
  return host !== '' && host.toLowerCase() === origin.slice(origin.indexOf('://') + 3);
}
