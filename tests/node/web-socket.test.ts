// The bare WebSocket as a transport, over a fake of it.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CommandOf } from '../../bindings/client-types.ts';
import type { WebSocketLike } from '../../bindings/browser/web-socket.ts';
import { webSocketPort } from '../../bindings/browser/web-socket.ts';

class FakeWebSocket implements WebSocketLike {
  readyState = 0;
  onopen: WebSocketLike['onopen'] = null;
  onmessage: WebSocketLike['onmessage'] = null;
  onerror: WebSocketLike['onerror'] = null;
  onclose: WebSocketLike['onclose'] = null;
  readonly sent: string[] = [];
  closed = 0;
  send(text: string): void {
    if (this.readyState !== 1) throw new DOMException('not open', 'InvalidStateError');
    this.sent.push(text);
  }
  close(): void {
    this.closed += 1;
    // As a browser does where it was not open yet.
    if (this.readyState === 0) this.onerror!();
  }
}

const command = { type: 'open_transport', attempt: 1, room: 'r', user: 'u', name: 'n', dialect: 'plain', viewer: false, way: 'usual' } satisfies CommandOf<'open_transport'>;

function open() {
  const socket = new FakeWebSocket();
  const heard: unknown[][] = [];
  let address = '';
  let refused = (_: number): void => {};
  const port = webSocketPort('ws://host/ns/r?pc', (...given) => {
    [address, refused] = given;
    return socket;
  });
  const transport = port.open(command, {
    answered: () => heard.push(['answered']),
    opened: () => heard.push(['opened']),
    closed: (...said) => heard.push(['closed', ...said]),
    arrived: (...said) => heard.push(['arrived', ...said]),
  });
  return { socket, transport, heard, address: () => address, refused: (status: number) => refused(status) };
}

describe('a bare WebSocket', () => {
  test('texts go both ways as they are, binary is none', () => {
    const { socket, transport, heard, address } = open();
    assert.equal(address(), 'ws://host/ns/r?pc');
    transport.send('plain', '{"type":"early"}', 'text');
    socket.readyState = 1;
    socket.onopen!();
    transport.send('plain', '{"type":"x"}', 'text');
    socket.onmessage!({ data: '{"type":"y"}' });
    socket.onmessage!({ data: new ArrayBuffer(4) });
    socket.readyState = 3;
    transport.send('plain', '{"type":"late"}', 'text');
    assert.deepEqual(socket.sent, ['{"type":"x"}']);
    assert.deepEqual(heard, [['opened'], ['arrived', 'plain', '{"type":"y"}'], ['arrived', 'plain', '']]);
  });

  test('what nobody could read is not copied', () => {
    const { socket, heard } = open();
    socket.onmessage!({ data: 'x'.repeat(1_000_000) });
    assert.equal((heard[0]![2] as string).length, 256 * 1024);
  });

  test('one that does not open says what it may be, with the status where that is known', () => {
    const untold = open();
    untold.socket.onerror!();
    untold.socket.onclose!({ code: 1006, reason: '' });
    assert.deepEqual(untold.heard, [['closed', 'no WebSocket: the server is not there, refuses this page, or the room is full', undefined, undefined]]);
    const told = open();
    told.refused(502);
    told.socket.onclose!({ code: 1006, reason: '' });
    assert.equal(told.heard[0]![3], 502);
  });

  test('a lost one says so once, and no more after that', () => {
    const { socket, heard } = open();
    socket.onopen!();
    socket.onclose!({ code: 1006, reason: '' });
    assert.equal(socket.onmessage, null);
    assert.deepEqual(heard, [['opened'], ['closed', 'closed with 1006', undefined, undefined]]);
  });

  test('once closed it says nothing, not even of a handshake that is given up', () => {
    const { socket, transport, heard } = open();
    transport.close();
    assert.equal(socket.closed, 1);
    assert.equal(socket.onopen, null);
    assert.equal(socket.onclose, null);
    assert.deepEqual(heard, []);
  });
});
