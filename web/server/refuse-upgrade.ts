// An upgrade that is refused before anybody takes it: the answer is written by hand, as Node has none for it.

import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

export function refuseUpgrade(socket: Duplex, status: number, words: string): void {
  const body = `${words}\n`;
  socket.end(
    [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, 'Connection: close', 'Content-Type: text/plain; charset=utf-8', `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n'),
  );
}
