// Where a room is on a plain server: `ws://host/<namespace>/<room>?pc`. The server decodes nothing, so a room has to be
// spelled as all others spell it: as a browser does with the address that it is given.

import type { ErrorTable } from './errors.ts';

/**
 * The address to open for a room. What `url` lacks is put to it: with no path the room is a namespace with its default room,
 * with one part it is a room of that namespace. A `url` that says `?pc` or `?app` is the whole address, as it is.
 * Throws `invalid-argument` for a url that cannot be, `invalid-room` for a room that no path can have. The errors are the
 * core's: this is bundled apart from the class that applications know.
 */
export function plainAddress(errors: Pick<ErrorTable, 'make'>, url: string, base: string | undefined, room: string): string {
  const parsed = parse(url, base);
  if (parsed === undefined) throw errors.make('invalid-argument', 'url: it has to begin with ws, wss, http or https');
  parsed.protocol = parsed.protocol.replace('http', 'ws');
  parsed.hash = '';
  if (isWhole(parsed)) return parsed.href;
  const parts = partsOf(parsed);
  const last = pathOf(room);
  if (last === '') throw errors.make('invalid-room', 'on a plain server it cannot be `.` or `..`');
  if (parts.length > 1 && parts[1] !== last) throw errors.make('invalid-argument', 'url: it names another room than the one to be joined');
  parsed.pathname = `/${[...parts.slice(0, 1), last].join('/')}`;
  parsed.search = '?pc';
  return parsed.href;
}

/**
 * Whether a url can only be a plain server's: a WebSocket address that says `?pc` or `?app`, or has this room in its path as
 * such servers do.
 */
export function isPlainAddress(url: unknown, room: unknown): boolean {
  if (typeof url !== 'string' || typeof room !== 'string') return false;
  const parsed = parse(url, undefined);
  if (parsed === undefined || !parsed.protocol.startsWith('ws')) return false;
  const parts = partsOf(parsed);
  return isWhole(parsed) || (parts.length === 2 && room !== '' && parts[1] === pathOf(room));
}

const partsOf = (url: URL): string[] => url.pathname.split('/').filter(Boolean);

// By name only: `?pc=1` says it as well.
const isWhole = ({ searchParams }: URL): boolean => searchParams.has('pc') || searchParams.has('app');

function parse(url: string, base: string | undefined): URL | undefined {
  try {
    const parsed = new URL(url, base);
    return /^(https?|wss?):$/.test(parsed.protocol) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

// What would end the path or this part of it is encoded, all else left to the browser.
const pathOf = (room: string): string => new URL(`/${room.replace(/[/?#\\]/g, encodeURIComponent)}`, 'ws://server').pathname.slice(1);
