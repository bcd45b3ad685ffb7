// Where a room is on a plain server, and which addresses can only be one's.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ErrorCode } from '../../bindings/client-types.ts';
import { MeetingError } from '../../bindings/errors.ts';
import { isPlainAddress, plainAddress } from '../../bindings/plain-address.ts';
import { placeOfPath } from '../../web/server/plain-path.ts';

describe('the address of a room on a plain server', () => {
  const errors = { make: (code: ErrorCode, detail?: string) => new MeetingError({ code, ...(detail !== undefined && { detail }) }) };
  const page = 'https://meet.example/some/page';
  const cases: [url: string, room: string, address: string][] = [
    ['ws://host:9238', 'r', 'ws://host:9238/r?pc'],
    ['ws://host:9238/', 'r', 'ws://host:9238/r?pc'],
    ['ws://host:9238/ns', 'r', 'ws://host:9238/ns/r?pc'],
    ['ws://host:9238/ns/', 'r', 'ws://host:9238/ns/r?pc'],
    ['ws://host:9238/ns/r', 'r', 'ws://host:9238/ns/r?pc'],
    ['ws://host:9238/ns/r/ignored#x', 'r', 'ws://host:9238/ns/r?pc'],
    ['http://host/ns', 'r', 'ws://host/ns/r?pc'],
    ['https://host/ns', 'r', 'wss://host/ns/r?pc'],
    ['wss://host/ns?x=1', 'r', 'wss://host/ns/r?pc'],
    ['/ns', 'r', 'wss://meet.example/ns/r?pc'],
    // The whole address, as it is.
    ['ws://host/?pc', 'anything', 'ws://host/?pc'],
    ['ws://host/a/b?app', 'anything', 'ws://host/a/b?app'],
    // As a browser spells what others give it; only what would end the part is encoded besides.
    ['ws://host/ns', 'a b', 'ws://host/ns/a%20b?pc'],
    ['ws://host/ns', 'a&b=c+d', 'ws://host/ns/a&b=c+d?pc'],
    ['ws://host/ns', 'a/b?c#d\\e', 'ws://host/ns/a%2Fb%3Fc%23d%5Ce?pc'],
    ['ws://host/ns', 'ä%20', 'ws://host/ns/%C3%A4%20?pc'],
  ];
  for (const [url, room, address] of cases) test(`${room} at ${url}`, () => assert.equal(plainAddress(errors, url, page, room), address));

  test('what cannot be is told', () => {
    for (const room of ['.', '..', '%2e', '']) assert.throws(() => plainAddress(errors, 'ws://host/ns', undefined, room), { code: 'invalid-room' });
    for (const url of ['ftp://host', 'nonsense', 'ws://host/ns/other']) assert.throws(() => plainAddress(errors, url, undefined, 'r'), { code: 'invalid-argument' });
  });

  test('what is one of no other server is known without being named', () => {
    for (const url of ['ws://host/?pc', 'wss://host/a?app', 'ws://host/ns/r?pc=1', 'ws://host/ns/r']) assert.equal(isPlainAddress(url, 'r'), true, url);
    // Any of these may be where a socket.io server is mounted.
    for (const url of ['ws://host', 'ws://host/r', 'ws://host/ns', 'ws://host/ns/other', 'http://host/ns/r', 'https://host/?pc', '/', 'nonsense', undefined, 7, null]) {
      assert.equal(isPlainAddress(url, 'r'), false, String(url));
    }
    assert.equal(isPlainAddress('ws://host/ns/a%20b', 'a b'), true);
    assert.equal(isPlainAddress('ws://host/ns/r', undefined), false);
  });
});

describe('what the path of a plain client says', () => {
  const rooms: [url: string, room: string, device: boolean][] = [
    ['/?pc', '/', false],
    ['/a?pc', 'a', false],
    ['/a/b?app', 'a/b', true],
    ['/a/b/c?pc&x', 'a/b', false],
    ['//a///b/?pc', 'a/b', false],
    ['/a%2Fb/%41?pc=', 'a%2Fb/%41', false],
    ['/a?x&app=1', 'a', true],
    ['/a?pc&app', 'a', true],
  ];
  for (const [url, room, device] of rooms) test(url, () => assert.deepEqual(placeOfPath(url), { room, device }));
  test('without pc and app it says nothing', () => {
    for (const url of ['/', '/a', '/pc', '/a?', '/a?PC', '/a?xpc', '/a?x=pc']) assert.equal(placeOfPath(url), undefined);
  });
});
