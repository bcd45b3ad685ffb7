// Requests that begin and then say nothing.

import type { IncomingMessage } from 'node:http';
import { silentMsMax } from './bounds.ts';

const lookMs = 500;

/** Ends a request whose body stands still. One that comes slowly goes on: a slow line is no attack. */
export function silentBody(request: IncomingMessage): void {
  if (request.complete || request.method === 'GET') return;
  const { socket } = request;
  let read = socket.bytesRead;
  let since = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    if (request.complete) return clearInterval(timer);
    if (socket.bytesRead !== read) {
      read = socket.bytesRead;
      since = now;
    } else if (now - since > silentMsMax) {
      clearInterval(timer);
      socket.destroy();
    }
  }, lookMs);
  timer.unref();
  request.once('close', () => clearInterval(timer));
}
