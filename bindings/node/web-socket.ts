// A WebSocket in Node for the transport of bindings/browser/web-socket.ts, which is told here why a handshake failed.

import { WebSocket } from 'ws';

export function nodeWebSocket(address: string, refused: (status: number) => void): WebSocket {
  const socket = new WebSocket(address, { perMessageDeflate: false });
  socket.on('unexpected-response', (request, response) => {
    refused(response.statusCode ?? 0);
    // Ends the socket too, with its `close`.
    request.destroy(new Error(`HTTP ${response.statusCode}`));
  });
  return socket;
}
