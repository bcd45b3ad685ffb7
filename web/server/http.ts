// What `serve` answers over plain HTTP: the meeting page and the health check.
//
// Must not know rooms: the figures come from outside.

import { existsSync } from 'node:fs';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { join } from 'node:path';
import sirv from 'sirv';
import { securityHeaders } from './headers.ts';
import type { Metrics } from './metrics.ts';
import { probeAnswer } from './stats.ts';
import type { Stats } from './stats.ts';

export interface Pages {
  readonly version: string;
  /** The folder of the page; undefined for none. */
  readonly page: string | undefined;
  readonly stats: () => Stats;
  /** What answers /metrics; undefined: nothing does here. */
  readonly metrics: () => Metrics | undefined;
}

// Sockets may go anywhere, since the page can be told of another server. No inline script or style.
const pageHeaders = {
  ...securityHeaders,
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "media-src 'self' blob: mediastream:",
    "connect-src 'self' http: https: ws: wss:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
    // No text becomes markup or code, wherever it comes from.
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  // For browsers that do not know frame-ancestors.
  'X-Frame-Options': 'SAMEORIGIN',
  'Permissions-Policy': 'camera=(self), microphone=(self), display-capture=(self)',
  'Cross-Origin-Opener-Policy': 'same-origin',
};

const allowed = 'GET, HEAD, OPTIONS';

export function answerHttp({ version, page, stats, metrics }: Pages): RequestListener {
  const startedAt = performance.now();
  const servePage = page === undefined ? undefined : pageFrom(page);

  return (request, response) => {
    if (request.method === 'OPTIONS') return void response.writeHead(204, { ...securityHeaders, Allow: allowed }).end();
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return say(response, 405, 'Only GET and HEAD are answered here.', { Allow: allowed });
    }
    const probe = probeAnswer(pathOf(request), stats());
    if (probe !== undefined) return sayJson(response, probe.status, probe.body);
    const figures = pathOf(request) === '/metrics' ? metrics() : undefined;
    if (figures !== undefined) return void sayMetrics(response, figures);
    if (pathOf(request) === '/health') {
      const uptimeSeconds = Math.floor((performance.now() - startedAt) / 1000);
      const { status, ...figures } = stats();
      return sayJson(response, status === 'ok' ? 200 : 503, { status, version, uptimeSeconds, ...figures });
    }
    const none = (): void => say(response, 404, servePage ? 'There is no such file.' : 'This server has no page; it is for signalling.');
    if (servePage === undefined) return none();
    servePage(request, response, none);
  };
}

/** Whether a folder can be served as the page. */
export function isPage(folder: string): boolean {
  return existsSync(join(folder, 'index.html'));
}

function pageFrom(folder: string): (request: IncomingMessage, response: ServerResponse, next: () => void) => void {
  const serveFile = sirv(folder, {
    etag: true,
    setHeaders(response, path) {
      for (const [name, value] of Object.entries(pageHeaders)) response.setHeader(name, value);
      // The build puts a hash of the content into the names of its chunks; all else is asked for again by its etag.
      const hashed = /-[A-Z0-9]{8}\.\w+(\.map)?$/.test(path);
      response.setHeader('Cache-Control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  return (request, response, next) => {
    // Nothing here is long enough for a part of it, and a range that ends before it starts would throw.
    delete request.headers.range;
    serveFile(request, response, next);
  };
}

const pathOf = (request: IncomingMessage): string => (request.url ?? '/').split(/[?#]/, 1)[0]!;

function say(response: ServerResponse, status: number, sentence: string, headers: object = {}): void {
  response.writeHead(status, { ...securityHeaders, ...headers, 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(`${sentence}\n`);
}

function sayJson(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { ...securityHeaders, 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(value));
}

async function sayMetrics(response: ServerResponse, metrics: Metrics): Promise<void> {
  const text = await metrics.text();
  response.writeHead(200, { ...securityHeaders, 'Content-Type': metrics.contentType, 'Cache-Control': 'no-store' });
  response.end(text);
}
