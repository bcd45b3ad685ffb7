// Where a signalling server is, out of what an application calls its url.

import { MeetingError } from '../errors.ts';

/** Throws `invalid-argument` for anything but http, https, ws and wss. `base`: what it may be relative to. */
export function placeOf(url: string, base: string | undefined): { origin: string; path: string } {
  let parsed: URL;
  try {
    parsed = new URL(url, base);
  } catch (cause) {
    throw new MeetingError({ code: 'invalid-argument', message: `\`url\` is not an address: ${url}` }, { cause });
  }
  const protocol = { 'http:': 'http:', 'https:': 'https:', 'ws:': 'http:', 'wss:': 'https:' }[parsed.protocol];
  if (!protocol) {
    throw new MeetingError({ code: 'invalid-argument', message: '`url` has to begin with http, https, ws or wss.' });
  }
  return { origin: `${protocol}//${parsed.host}`, path: `${parsed.pathname.replace(/\/+$/, '')}/socket.io/` };
}
