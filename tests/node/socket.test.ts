// The socket port over a fake of socket.io-client.

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, test } from 'node:test';
import type { CommandOf } from '../../bindings/client-types.ts';
import type { SocketLike } from '../../bindings/browser/socket-like.ts';
import { PageMemory } from '../../bindings/browser/memory.ts';
import { socketPort } from '../../bindings/browser/socket.ts';

class FakeSocket implements SocketLike {
  connected = false;
  readonly manager = new EventEmitter();
  readonly engine = Object.assign(new EventEmitter(), { transport: { name: 'websocket' } });
  readonly io = {
    on: (name: string, listener: () => void) => this.manager.on(name, listener),
    off: (name: string, listener: () => void) => this.manager.off(name, listener),
    engine: this.engine,
  };
  readonly emitted: unknown[][] = [];
  readonly done: string[] = [];
  readonly #events = new EventEmitter();
  #any: ((name: string, ...args: unknown[]) => void) | undefined;

  on(name: string, listener: (...args: never[]) => void): void {
    this.#events.on(name, listener as (...args: unknown[]) => void);
  }
  onAny(listener: (name: string, ...args: unknown[]) => void): void {
    this.#any = listener;
  }
  off(): void {
    this.#events.removeAllListeners();
  }
  offAny(): void {
    this.#any = undefined;
  }
  emit(...args: unknown[]): void {
    this.emitted.push(args);
  }
  connect(): void {
    this.done.push('connect');
  }
  disconnect(): void {
    this.done.push('disconnect');
    this.connected = false;
  }
  happens(name: string, ...args: unknown[]): void {
    if (name === 'connect') this.connected = true;
    this.#events.emit(name, ...args);
  }
  receives(name: string, ...args: unknown[]): void {
    this.#any?.(name, ...args);
  }
}

function open(command: Partial<CommandOf<'open_transport'>> = {}, url = 'https://meet.example', memory = new PageMemory('ways', () => undefined)) {
  const socket = new FakeSocket();
  const heard: unknown[][] = [];
  let origin = '';
  let options: Record<string, unknown> = {};
  const port = socketPort(url, 'https://page.example/some/where', (...given) => {
    [origin, options] = given;
    return socket;
  }, memory);
  const transport = port.open(
    { type: 'open_transport', attempt: 1, room: 'r&1', user: 'ada', name: 'Ada', dialect: 'auto', viewer: false, way: 'usual', ...command },
    {
      answered: () => heard.push(['answered']),
      opened: () => heard.push(['opened']),
      closed: (reason, speaks) => heard.push(['closed', reason, ...(speaks ? [speaks] : [])]),
      arrived: (name, body) => heard.push([name, body]),
    },
  );
  return { socket, heard, transport, origin, options };
}

describe('socket', () => {
  test('a server of socket.io 2 is told by what the library says of it', () => {
    const { socket, heard } = open();
    socket.happens('connect_error', new Error('It seems you are trying to reach a Socket.IO server in v2.x with a v3.x client'));
    assert.equal(heard[0]?.[2], 'codelab');
    const other = open();
    other.socket.happens('connect_error', new Error('websocket error'));
    assert.deepEqual(other.heard, [['closed', 'websocket error']]);
  });

  test('it never reconnects by itself, shares nothing, and falls back from WebSocket', () => {
    const { options, socket } = open();
    assert.equal(options['reconnection'], false);
    assert.equal(options['autoConnect'], false);
    assert.equal(options['forceNew'], true);
    assert.equal(options['tryAllTransports'], true);
    assert.deepEqual(options['transports'], ['websocket', 'polling']);
    assert.deepEqual(open({ way: 'other' }).options['transports'], ['polling', 'websocket']);
    assert.deepEqual(socket.done, ['connect']);
  });

  test('M1: the first sign of the server is told, once, and before the socket is open', () => {
    const { socket, heard, transport } = open();
    socket.manager.emit('open');
    socket.happens('connect');
    transport.close();
    socket.manager.emit('open');
    assert.deepEqual(heard, [['answered'], ['opened']]);
  });

  test('a server that refuses says why, where the page may read it', () => {
    const refused = (error: object): unknown => {
      const { socket, heard } = open();
      socket.happens('connect_error', Object.assign(new Error('xhr poll error'), error));
      return heard[0]?.[1];
    };
    const told = 'host-refused: this server is not known as meet.example; add it to the allowed origins';
    assert.equal(refused({ context: { responseText: JSON.stringify({ code: 4, message: told }) } }), told);
    assert.equal(String(refused({ context: { responseText: JSON.stringify({ message: 'x'.repeat(10_000) }) } })).length, 300);
    for (const context of [undefined, null, {}, { responseText: '' }, { responseText: '<html>' }, { responseText: '{}' }, { responseText: 'null' }, { responseText: '{"message":7}' }]) {
      assert.equal(refused({ context }), 'xhr poll error', JSON.stringify(context));
    }
  });

  test('M1: what worked is begun with the next time, in the page and after its reload; each server has its own', () => {
    const stored = new Map<string, string>();
    const storage = { getItem: (key: string) => stored.get(key) ?? null, setItem: (key: string, text: string) => void stored.set(key, text) };
    const memory = new PageMemory('ways', () => storage);
    const first = open({ way: 'other' }, undefined, memory);
    first.socket.engine.transport.name = 'polling';
    assert.deepEqual(open({}, undefined, memory).options['transports'], ['websocket', 'polling'], 'nothing has worked yet');
    first.socket.happens('connect');
    for (const one of [memory, new PageMemory('ways', () => storage)]) {
      assert.deepEqual(open({}, undefined, one).options['transports'], ['polling', 'websocket']);
      assert.deepEqual(open({ way: 'other' }, undefined, one).options['transports'], ['websocket', 'polling']);
      assert.deepEqual(open({}, 'https://other.example', one).options['transports'], ['websocket', 'polling']);
    }
    first.socket.engine.transport.name = 'websocket';
    first.socket.engine.emit('upgrade');
    assert.deepEqual(open({}, undefined, memory).options['transports'], ['websocket', 'polling']);
  });

  test('what stands in the storage may be anything, and there may be none', () => {
    for (const text of ['', 'x', '{}', '[1]', '[["a"]]', '[["https://meet.example",5]]', '[["https://meet.example","pigeon"]]', 'null']) {
      const memory = new PageMemory('ways', () => ({ getItem: () => text, setItem: () => { throw new Error('full'); } }));
      assert.deepEqual(open({}, undefined, memory).options['transports'], ['websocket', 'polling'], text);
      memory.set('a', 'b');
      assert.equal(memory.get('a'), 'b');
    }
    const forbidden = new PageMemory('ways', () => { throw new Error('SecurityError'); });
    for (let at = 0; at < 20; at++) forbidden.set(`name-${at}`, 'x');
    assert.deepEqual([forbidden.get('name-3'), forbidden.get('name-4'), forbidden.get('name-19')], [undefined, 'x', 'x'], 'the newest 16');
  });

  test('the handshake says which protocol is meant, and who comes', () => {
    const query = { userId: 'ada', roomId: 'r&1', nickname: 'Ada', pub: 'pub' };
    const { auto, meetwire, classic } = {
      auto: open().options,
      meetwire: open({ dialect: 'meetwire' }).options,
      classic: open({ dialect: 'classic' }).options,
    };
    assert.deepEqual([auto['auth'], auto['query']], [{ meetwire: 1 }, query]);
    assert.deepEqual([meetwire['auth'], meetwire['query']], [{ meetwire: 1 }, undefined]);
    assert.deepEqual([classic['auth'], classic['query']], [undefined, query]);
    const watches = open({ dialect: 'classic', viewer: true }).options;
    assert.deepEqual(watches['query'], { ...query, pub: 'sub' });
  });

  test('the address: a path is where the server is mounted, never a namespace', () => {
    const places = ['https://a.example', 'http://a.example:18080/', 'wss://a.example/meet', '/', '/deep/er/', 'rel'].map((url) => {
      const { origin, options } = open({}, url);
      return `${origin} ${String(options['path'])}`;
    });
    assert.deepEqual(places, [
      'https://a.example /socket.io/',
      'http://a.example:18080 /socket.io/',
      'https://a.example /meet/socket.io/',
      'https://page.example /socket.io/',
      'https://page.example /deep/er/socket.io/',
      'https://page.example /some/rel/socket.io/',
    ]);
    for (const bad of ['ftp://a.example', 'javascript:alert(1)', 'http://']) {
      assert.throws(() => open({}, bad), { name: 'MeetingError', code: 'invalid-argument' }, bad);
    }
  });

  test('sends text as text and JSON as what it stands for', () => {
    const { socket, transport } = open();
    transport.send('meetwire', '{"a":1}', 'text');
    assert.deepEqual(socket.emitted, [], 'nothing is kept for later by the library');
    socket.happens('connect');
    transport.send('meetwire', '{"a":1}', 'text');
    transport.send('offer', '{"a":1}', 'json');
    transport.send('bare', '', 'json');
    assert.deepEqual(socket.emitted, [['meetwire', '{"a":1}'], ['offer', { a: 1 }], ['bare']]);
  });

  test('gives on the first argument as JSON text; a Meetwire frame as it is', () => {
    const { socket, heard } = open();
    socket.receives('meetwire', '{"number":1}');
    socket.receives('msg', { type: 'join' }, 'second', () => {});
    socket.receives('roomUserList', ['a']);
    socket.receives('text', 'a "b"');
    socket.receives('meetwire', { not: 'text' });
    socket.receives('none');
    socket.receives('only an ack', () => {});
    socket.receives('null', null);
    assert.deepEqual(heard, [
      ['meetwire', '{"number":1}'],
      ['msg', '{"type":"join"}'],
      ['roomUserList', '["a"]'],
      ['text', '"a \\"b\\""'],
      ['meetwire', '{"not":"text"}'],
      ['none', ''],
      ['only an ack', ''],
      ['null', 'null'],
    ]);
  });

  test('L3, L4: what is too large, too deep or endless is cut short and still told', () => {
    const { socket, heard } = open();
    let deep: unknown = [];
    for (let level = 0; level < 100_000; level++) deep = [deep];
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    socket.receives('msg', deep);
    socket.receives('msg', circle);
    socket.receives('msg', 'x'.repeat(10_000_000));
    socket.receives('meetwire', 'x'.repeat(10_000_000));
    assert.equal(heard.length, 4);
    assert.ok(heard.every(([, body]) => (body as string).length <= 256 * 1024));
    assert.throws(() => JSON.parse(heard[1]?.[1] as string));
    assert.ok((heard[2]?.[1] as string).length > 64 * 1024, 'still larger than the limit, so that the core says so');
  });

  for (const [what, args, reason] of [
    ['connect_error', [new Error('refused')], 'refused'],
    ['disconnect', ['transport close'], 'transport close'],
  ] as const) {
    test(`${what} is the end of it, told once`, () => {
      const { socket, heard } = open();
      socket.happens(what, ...args);
      socket.happens(what, ...args);
      socket.happens('connect');
      socket.receives('meetwire', '{}');
      assert.deepEqual(heard, [['closed', reason]]);
      assert.ok(socket.done.includes('disconnect'));
    });
  }

  test('after close nothing is heard any more', () => {
    const { socket, heard, transport } = open();
    socket.happens('connect');
    transport.close();
    socket.happens('disconnect', 'io client disconnect');
    socket.receives('meetwire', '{}');
    assert.deepEqual(heard, [['opened']]);
    transport.send('meetwire', '{}', 'text');
    assert.deepEqual(socket.emitted, []);
  });
});
