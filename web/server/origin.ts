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
  try {
    const url = new URL(text);
    return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined;
  } catch {
    return undefined;
  }
}
