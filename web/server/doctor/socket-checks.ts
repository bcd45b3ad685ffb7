// Long polling, WebSocket and the first words of our protocol.

import { randomBytes } from 'node:crypto';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import type { Finding } from './finding.ts';
import { failed, ok, reasonOf, warning } from './finding.ts';
import type { IceServer } from '../option-types.ts';

export interface SocketTarget {
  /** With a slash at the end. */
  readonly base: URL;
  readonly path: string;
  /** Whose page is played. */
  readonly origin: string;
  readonly msMax: number;
}

// What the server says of itself begins with a code; engine.io's own answers do not.
const refusalOf = (body: string): string | undefined => {
  try {
    return (JSON.parse(body) as { message?: string }).message;
  } catch {
    // As engine.io refuses an upgrade.
    return /^[a-z]+(-[a-z]+)+: /.test(body) ? body.trim() : undefined;
  }
};

function mendOf(refusal: string | undefined, status: number, origin: string): string {
  const code = refusal?.split(':', 1)[0];
  if (code === 'origin-refused') return `Let pages of ${origin} in: --origin ${origin}, or \`origins\`. If it is the server's own page, let the proxy pass the Host that was asked for.`;
  if (code === 'host-refused') return 'Name the public origin with --origin, or let the proxy pass the Host that the browser asked for (nginx: proxy_set_header Host $http_host).';
  if (code === 'rate-limited') return 'Behind a proxy name it with --trusted-proxy, or all users are one address.';
  if (code === 'server-unavailable') return 'Look at its log and at its disk: it cannot write its journal.';
  if (code === 'server-closing' || code === 'internal') return 'Wait until it has been restarted.';
  if (status === 404) return 'Nothing serves socket.io there: check the path in the url, and --path behind a proxy.';
  if (status === 502 || status === 503 || status === 504) return 'The proxy does not reach the server: check that it runs and where the proxy passes to.';
  return 'Check what stands in between: a proxy, a firewall, another server.';
}

export async function checkPolling({ base, path, origin, msMax }: SocketTarget): Promise<Finding> {
  try {
    const url = new URL(`${path}/?EIO=4&transport=polling`, base);
    const response = await fetch(url, { headers: { origin }, signal: AbortSignal.timeout(msMax), redirect: 'manual' });
    const body = await response.text();
    if (response.status === 200 && body.startsWith('0{')) {
      if (origin === base.origin || response.headers.get('access-control-allow-origin') === origin) return ok('long polling', `pages of ${origin} may`);
      return failed('long polling', `it answers without leave for pages of ${origin}`, 'A proxy takes the CORS headers away: let them through.');
    }
    const refusal = refusalOf(body);
    return failed('long polling', refusal ?? `${response.status} instead of a handshake`, mendOf(refusal, response.status, origin));
  } catch (error) {
    return failed('long polling', `no answer: ${reasonOf(error)}`, mendOf(undefined, 0, origin));
  }
}

const upgradeMend = 'The upgrade does not get through: let the proxy pass it (nginx: proxy_http_version 1.1, Upgrade $http_upgrade, Connection upgrade).';

export function checkWebSocket({ base, path, origin, msMax }: SocketTarget): Promise<Finding> {
  return new Promise((resolve) => {
    const url = new URL(`${path}/?EIO=4&transport=websocket`, base);
    url.protocol = url.protocol.replace('http', 'ws');
    const socket = new WebSocket(url, { origin });
    const say = (finding: Finding): void => {
      clearTimeout(deadline);
      resolve(finding);
      socket.on('error', () => undefined);
      socket.terminate();
    };
    const hangs = 'A proxy lets the upgrade through and then nothing: turn its buffering off, and see that it passes Upgrade and Connection.';
    const silence = (): Finding => (socket.readyState === WebSocket.OPEN ? failed('WebSocket', 'it opens, and stays silent', hangs) : failed('WebSocket', 'no answer', upgradeMend));
    const deadline = setTimeout(() => say(silence()), msMax);
    socket.on('message', (data) => say(String(data).startsWith('0{') ? ok('WebSocket', `pages of ${origin} may`) : failed('WebSocket', 'something else answers', mendOf(undefined, 0, origin))));
    socket.on('unexpected-response', (_request, response) => {
      let body = '';
      response.on('data', (chunk) => (body += String(chunk)));
      response.on('end', () => {
        const refusal = refusalOf(body);
        const status = response.statusCode ?? 0;
        const held = refusal === undefined && (status === 400 || status === 426 || status === 200);
        say(failed('WebSocket', refusal ?? `${status} instead of an upgrade`, held ? upgradeMend : mendOf(refusal, status, origin)));
      });
    });
    socket.on('error', (error) => say(failed('WebSocket', `no answer: ${reasonOf(error)}`, upgradeMend)));
  });
}

export interface Hello {
  readonly room: string | undefined;
  readonly user: string | undefined;
  readonly token: string | undefined;
}

export interface Greeting {
  readonly finding: Finding;
  /** What the server hands out; absent: nobody was let in. */
  readonly iceServers?: readonly IceServer[];
}

interface Said {
  readonly type: string;
  readonly version?: number;
  readonly iceServers?: readonly IceServer[];
  readonly error?: { code: string };
}

/** Comes in as somebody for a moment: into a room of its own, unless a token is for another. */
export function checkHello({ base, path, origin, msMax }: SocketTarget, { room, user, token }: Hello): Promise<Greeting> {
  return new Promise((resolve) => {
    const socket = io(base.origin, { path: new URL(path, base).pathname, auth: { meetwire: 1 }, reconnection: false, forceNew: true, extraHeaders: { origin }, timeout: msMax });
    const say = (greeting: Greeting): void => {
      clearTimeout(deadline);
      socket.disconnect();
      resolve(greeting);
    };
    const silent = failed('protocol', 'the socket opens, and nobody answers the hello', 'Check that it is a Meetwire server, and not another socket.io one.');
    const deadline = setTimeout(() => say({ finding: silent }), msMax);
    const name = `doctor-${randomBytes(6).toString('hex')}`;
    socket.on('connect', () => {
      const hello = { type: 'hello', versions: [1, 1], room: room ?? name, user: user ?? name, name: 'doctor', viewer: true, ...(token === undefined ? {} : { token }) };
      socket.emit('meetwire', JSON.stringify({ messages: [hello] }));
    });
    socket.on('connect_error', (error) => say({ finding: failed('protocol', `no socket: ${reasonOf(error)}`, 'See long polling and WebSocket above.') }));
    socket.on('meetwire', (text: string) => {
      for (const message of (JSON.parse(text) as { messages: Said[] }).messages) {
        if (message.type === 'welcome') {
          socket.emit('meetwire', JSON.stringify({ messages: [{ type: 'leave' }] }));
          return say({ finding: ok('protocol', `meetwire/${message.version}, let in`), iceServers: message.iceServers ?? [] });
        }
        if (message.type === 'waiting') return say({ finding: warning('protocol', 'let in as far as the lobby', 'TURN is not checked: give a --token with the role host.') });
        if (message.type === 'refused') return say({ finding: refused(message.error?.code ?? 'unknown', token !== undefined) });
      }
    });
  });
}

function refused(code: string, hasToken: boolean): Finding {
  const says = `meetwire/1, and refused: ${code}`;
  if (code.startsWith('token-') && !hasToken) return warning('protocol', says, 'The door is shut, as it should be. To have TURN checked too, give --token, --room and --user.');
  if (code.startsWith('token-')) return failed('protocol', says, 'Check for which room and user the token is (--room, --user), until when, and by which key.');
  return failed('protocol', says, code === 'version-mismatch' ? 'Update the older of the two.' : 'See the list of errors: src/core/errors.hpp.');
}
