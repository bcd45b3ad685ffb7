// A TURN server that knows nobody: it answers every request, over UDP, with the error 401 (RFC 8656, RFC 8489).

import { createSocket } from 'node:dgram';

const cookie = 0x2112a442;
const errorResponse = 0x0110;

function attribute(type: number, value: Buffer): Buffer {
  const padded = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
  padded.writeUInt16BE(type, 0);
  padded.writeUInt16BE(value.length, 2);
  value.copy(padded, 4);
  return padded;
}

/** Resolves to its url, and how to close it. */
export async function startRefusingTurn(): Promise<{ url: string; close(): void }> {
  const socket = createSocket('udp4');
  socket.on('message', (message, { port, address }) => {
    if (message.length < 20 || message.readUInt32BE(4) !== cookie) return;
    const method = message.readUInt16BE(0);
    if ((method & errorResponse) !== 0) return; // no request
    const attributes = Buffer.concat([
      attribute(0x0009, Buffer.concat([Buffer.from([0, 0, 4, 1]), Buffer.from('Unauthorized')])),
      attribute(0x0014, Buffer.from('nobody.invalid')),
      attribute(0x0015, Buffer.from('0123456789abcdef')),
    ]);
    const head = Buffer.alloc(20);
    head.writeUInt16BE(method | errorResponse, 0);
    head.writeUInt16BE(attributes.length, 2);
    message.copy(head, 4, 4, 20);
    socket.send(Buffer.concat([head, attributes]), port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return { url: `turn:127.0.0.1:${socket.address().port}?transport=udp`, close: () => socket.close() };
}
