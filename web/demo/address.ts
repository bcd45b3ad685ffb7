// Where the page is told which room, which server and which name: its own URL, a <meta> and what the browser
// remembers. Knows nothing of meetings.

export interface Address {
  room: string;
  name: string;
  /** The signalling server's URL. Where the page is, unless told otherwise: behind a proxy that may be under a path. */
  server: string;
  /** A fixed user id, where the URL gives one; else each visit has a fresh one. */
  user: string | undefined;
}

const nameKey = 'meetwire.name';

/** `?server=…`, then the meta element, then the page's folder; `#room` before `?room=`. */
export function readAddress(): Address {
  const query = new URLSearchParams(location.search);
  const meta = document.querySelector<HTMLMetaElement>('meta[name="meetwire-server"]')?.content.trim() ?? '';
  return {
    room: roomInHash() || query.get('room') || '',
    name: query.get('name') ?? recall(nameKey),
    server: webAddress(query.get('server')) ?? webAddress(meta) ?? new URL('.', location.href).href,
    user: query.get('user') ?? undefined,
  };
}

function roomInHash(): string {
  const hash = location.hash.slice(1);
  try {
    return decodeURIComponent(hash);
  } catch {
    return hash; // a lone percent sign, typed by hand
  }
}

// Only http and https lead to a server; anything else in a link somebody sent is not followed.
function webAddress(text: string | null): string | undefined {
  if (text === null || text === '' || !URL.canParse(text, location.href)) return undefined;
  const url = new URL(text, location.href);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : undefined;
}

/** What to send to others: the page with the room, and the server where it is not the page's own. */
export function inviteLink({ room, server }: { room: string; server: string }): string {
  const url = new URL(location.pathname, location.origin);
  const query = new URLSearchParams(location.search);
  if (query.has('server')) url.searchParams.set('server', server);
  url.hash = encodeURIComponent(room);
  return url.href;
}

/** Puts the room into the address bar, so that a reload or a copied address leads back here. */
export function showRoom(room: string): void {
  const url = new URL(location.href);
  url.searchParams.delete('room');
  url.hash = encodeURIComponent(room);
  history.replaceState(null, '', url);
}

export function rememberName(name: string): void {
  try {
    localStorage.setItem(nameKey, name);
  } catch {
    // Storage may be switched off: then the name is asked for again next time.
  }
}

function recall(key: string): string {
  try {
    return localStorage.getItem(key) ?? '';
  } catch {
    return '';
  }
}

const syllables = ['ba', 'do', 'fi', 'ka', 'lu', 'mo', 'ne', 'pi', 'ra', 'so', 'ti', 've'];

/** A name for a fresh room that can be said over a telephone: a matter of convenience, not a secret. */
export function suggestRoom(): string {
  const picks = crypto.getRandomValues(new Uint8Array(6));
  const text = [...picks].map((pick) => syllables[pick % syllables.length]).join('');
  return `${text.slice(0, 4)}-${text.slice(4, 8)}-${text.slice(8)}`;
}
