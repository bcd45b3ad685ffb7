// Which pages may connect. A browser sends a page's origin with every cross-site request and every WebSocket;
// without this rule any page that a member visits could join meetings from that member's network.

/** `origin` and `host` are the request's headers. A client that is no page sends no Origin: not this rule's business. */
export function mayConnect(origin: string | undefined, host: string | undefined, listed?: readonly string[]): boolean {
  if (origin === undefined) return true;
  if (isOwn(origin, host)) return true;
  if (listed !== undefined) return listed.includes('*') || listed.includes(origin);
  return isLocalhost(origin);
}

// The scheme is left out: behind a proxy that ends TLS the server cannot know it.
function isOwn(origin: string, host: string | undefined): boolean {
  const parsed = parse(origin);
  return parsed !== undefined && host !== undefined && parsed.host === normalised(host, parsed.protocol);
}

// A page on the same machine, such as a development server on another port. The name ends there: localhost.example.org
// is somebody else's.
function isLocalhost(origin: string): boolean {
  const name = parse(origin)?.hostname;
  return name === 'localhost' || name === '127.0.0.1' || name === '[::1]' || name?.endsWith('.localhost') === true;
}

// `Host` may name the scheme's own port; `URL.host` never does.
function normalised(host: string, protocol: string): string | undefined {
  return parse(`${protocol}//${host}`)?.host;
}

function parse(text: string): URL | undefined {
  const url = tryUrl(text);
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url : undefined;
}

function tryUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

// ---- what may stand in a list

// Of an application: a scheme of its own, and what it calls its host.
const ofApplication = /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@\\]+$/;
// These have no pages, or pages without an origin.
const withoutPages = new Set(['ws:', 'wss:', 'ftp:', 'blob:', 'data:', 'javascript:', 'about:']);

/**
 * Why a text in the list could not match any page, to stand after it; undefined if it could. A browser sends exactly this
 * text: a path, a slash or capitals would never match.
 */
export function faultOfOrigin(origin: unknown): string | undefined {
  if (typeof origin !== 'string') return `is not a text such as ${examples}`;
  // Android's web views say `file://` of a page that is a file; browsers say `null`.
  if (origin === '*' || origin === 'null' || origin === 'file://') return undefined;
  if (origin.includes('*')) return 'has a star in it: list each origin in full, or "*" alone for all pages';
  const url = tryUrl(origin);
  const meant = url === undefined ? undefined : originOf(url);
  if (meant === origin) return undefined;
  return `is not an origin such as ${examples}${meant === undefined ? '' : `; did you mean ${meant}?`}`;
}

const examples = 'https://meet.example.org or capacitor://localhost';

function originOf(url: URL): string | undefined {
  if (url.protocol === 'ws:' || url.protocol === 'wss:') return `http${url.protocol.slice(2)}//${url.host}`;
  if (withoutPages.has(url.protocol)) return undefined;
  if (url.origin !== 'null') return url.origin;
  if (url.protocol === 'file:') return 'file://';
  const whole = `${url.protocol}//${url.host}`;
  return ofApplication.test(whole) ? whole : undefined;
}
