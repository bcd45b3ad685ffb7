// One id in all lines of the log that come of one connection; of the proxy in front where that gives one, so that its own
// log can be put beside this.

import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const acceptable = /^[\w.:-]{1,64}$/;

/** `trusted`: the request comes from a proxy that is believed. Anybody else could write what he likes into the log. */
export function correlationOf(request: IncomingMessage, trusted: boolean): string {
  const given = request.headers['x-request-id'];
  return trusted && typeof given === 'string' && acceptable.test(given) ? given : randomBytes(9).toString('base64url');
}
