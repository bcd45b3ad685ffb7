// Options, the command line, origins and payloads: pure functions of the server.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageError, help, inFlags, readArguments } from '../../web/server/arguments.ts';
import { OptionError, checkOptions } from '../../web/server/options.ts';
import type { ServeOptions } from '../../web/server/options.ts';
import { mayConnect } from '../../web/server/origin.ts';
import { frameBody, frameName } from '../../web/server/payload.ts';

test('each wrong option is refused by its name', () => {
  const wrong: [string, object][] = [
    ['port', { port: -1 }], ['port', { port: 65_536 }], ['port', { port: 1.5 }], ['port', { port: '80' }],
    ['host', { host: '' }], ['host', { host: 1 }],
    ['participantsMax', { participantsMax: 0 }], ['participantsMax', { participantsMax: Number.NaN }],
    ['resumeWindowMs', { resumeWindowMs: -1 }],
    ['plainPort', { plainPort: 65_536 }], ['plainPort', { plainPort: 18_080 }], ['plainPort', { port: 7, plainPort: 7 }], ['plainPort', { plainPort: 1, plainServer: { on() {} } }],
    ['plainServer', { plainServer: 'http' }], ['plainParticipantsMax', { plainParticipantsMax: 0 }], ['plainParticipantsMax', { plainParticipantsMax: 1_001 }],
    ['authorize', { authorize: true }], ['logLevel', { logLevel: 'loud' }], ['page', { page: 1 }],
    ['path', { path: 'socket.io' }], ['path', { path: '/' }],
    ['origins', { origins: 'https://x.example' }], ['origins', { origins: ['x.example'] }], ['origins', { origins: ['https://x.example/'] }], ['origins', { origins: [1] }],
    ['connectionsTotal', { connectionsTotal: 0 }], ['connectionsTotal', { connectionsTotal: 100_001 }], ['connectionsPerAddress', { connectionsPerAddress: 0 }], ['connectionsPerAddress', { connectionsPerAddress: 100_001 }],
    ['joinsPerAddress', { joinsPerAddress: 0 }], ['joinsPerAddress', { joinsPerAddress: 100_001 }],
    ['bytesPerAddress', { bytesPerAddress: 65_535 }], ['bytesPerAddress', { bytesPerAddress: 1_000_000_001 }],
    ['trustedProxies', { trustedProxies: '10.0.0.1' }], ['trustedProxies', { trustedProxies: ['proxy'] }], ['trustedProxies', { trustedProxies: ['10.0.0.0/33'] }], ['trustedProxies', { trustedProxies: [1] }],
    ['metricsPort', { metricsPort: 65_536 }], ['metricsHost', { metricsHost: ' ' }], ['metrics', { metrics: 'yes' }], ['drainMs', { drainMs: -1 }], ['data', { data: ' ' }], ['trace', { data: 'x', trace: true }], ['drainMs', { drainMs: 86_400_001 }],
    ['iceServers', { iceServers: {} }], ['iceServers', { iceServers: [{}] }], ['iceServers', { iceServers: [{ urls: 'http://x' }] }],
    ['iceServers', { iceServers: [{ urls: ['stun:x', 'turn:x'] }] }], ['iceServers', { iceServers: [null] }], ['iceServers', { iceServers: [{ urls: [] }] }],
  ];
  for (const [option, options] of wrong) {
    assert.throws(() => checkOptions(options as ServeOptions), (error: unknown) => error instanceof OptionError && error.option === option, JSON.stringify(options));
  }
  checkOptions({});
  checkOptions({ port: 0, plainPort: 0, plainParticipantsMax: 2 });
  checkOptions({ port: 0, host: '::', origins: ['*', 'null', 'https://x.example', 'http://x.example:8080'], participantsMax: 1, page: false, trustedProxies: ['127.0.0.1', '::1', '10.0.0.0/8', 'fd00::/8'],
    iceServers: [{ urls: 'stun:x' }, { urls: ['turn:x?transport=tcp', 'turns:x'], username: 'u', credential: 'c' }] });
  assert.throws(() => checkOptions({ origins: ['HTTPS://X.example/room'] }), /did you mean https:\/\/x\.example\?/);
});

test('flags win over the environment, and both say the same', () => {
  const environment = { MEETWIRE_PORT: '1', MEETWIRE_HOST: '::', MEETWIRE_ORIGIN: 'https://a.example, https://b.example', MEETWIRE_MAX_PARTICIPANTS: '3', MEETWIRE_PLAIN_PORT: '5', MEETWIRE_PLAIN_MAX_PARTICIPANTS: '6', MEETWIRE_CHAT_HISTORY: '4', MEETWIRE_ICE_SERVERS: '[{"urls":"stun:x"}]', MEETWIRE_PAGE: 'false', MEETWIRE_LOBBY: 'yes', MEETWIRE_LOG_LEVEL: 'warn', MEETWIRE_TRACE: 'trace.jsonl', MEETWIRE_TRUSTED_PROXY: '127.0.0.1, 10.0.0.0/8', MEETWIRE_MAX_CONNECTIONS: '5', MEETWIRE_MAX_CONNECTIONS_TOTAL: '9', MEETWIRE_MAX_JOINS: '6', MEETWIRE_MAX_BYTES: '70000',
    MEETWIRE_SECRET: 'one, two', MEETWIRE_PUBLIC_KEY: '-----BEGIN PUBLIC KEY-----\\nx', MEETWIRE_TURN: 'turn:x,turns:y', MEETWIRE_TURN_SECRET: 's', MEETWIRE_METRICS: '1', MEETWIRE_METRICS_PORT: '7', MEETWIRE_METRICS_HOST: '::1', MEETWIRE_DRAIN: '8', MEETWIRE_DATA: '/var/lib/x' };
  const fromEnvironment = { port: 1, host: '::', origins: ['https://a.example', 'https://b.example'], participantsMax: 3, plainPort: 5, plainParticipantsMax: 6, chatHistoryMax: 4, iceServers: [{ urls: 'stun:x' }], page: false, lobby: true, logLevel: 'warn', trace: true, trustedProxies: ['127.0.0.1', '10.0.0.0/8'], connectionsPerAddress: 5, connectionsTotal: 9, joinsPerAddress: 6, bytesPerAddress: 70_000,
    secret: ['one', 'two'], publicKey: ['-----BEGIN PUBLIC KEY-----\nx'], turn: ['turn:x', 'turns:y'], turnSecret: 's', metrics: true, metricsPort: 7, metricsHost: '::1', drainMs: 8_000, data: '/var/lib/x' };
  const flags = ['--port', '1', '--host=::', '--origin', 'https://a.example', '--origin', 'https://b.example', '--max-participants', '3', '--plain-port', '5', '--plain-max-participants=6', '--chat-history', '4', '--ice-servers', '[{"urls":"stun:x"}]', '--no-page', '--lobby', '--log-level', 'warn', '--trace', 'trace.jsonl', '--trusted-proxy', '127.0.0.1', '--trusted-proxy', '10.0.0.0/8', '--max-connections', '5', '--max-connections-total', '9', '--max-joins', '6', '--max-bytes', '70000',
    '--secret', 'one', '--secret', 'two', '--public-key=-----BEGIN PUBLIC KEY-----\nx', '--turn', 'turn:x', '--turn', 'turns:y', '--turn-secret', 's', '--metrics', '--metrics-port', '7', '--metrics-host', '::1', '--drain', '8', '--data', '/var/lib/x'];
  assert.deepEqual(readArguments(['serve'], environment), { what: 'serve', options: fromEnvironment, traceFile: 'trace.jsonl' });
  assert.deepEqual(readArguments(['serve', ...flags], {}), { what: 'serve', options: fromEnvironment, traceFile: 'trace.jsonl' });
  const both = readArguments(['serve', '--port', '2', '--page'], environment);
  assert.ok(both.what === 'serve');
  assert.equal(both.options.port, 2);
  assert.equal(both.options.page, true);
  const neither = readArguments(['serve'], { MEETWIRE_PORT: '' });
  assert.ok(neither.what === 'serve');
  assert.equal(neither.options.port, undefined);
  assert.equal(neither.traceFile, undefined);
  checkOptions(neither.options);
});

test('wrong usage is told; what was typed for the servers is not repeated', () => {
  const wrong = [[], ['run'], ['serve', 'now'], ['serve', '--prot', '1'], ['serve', '--port'], ['serve', '--port', 'x'], ['serve', '--port', '-1'], ['serve', '--public-key', '/no/such/file'], ['serve', '--drain', 'long'], ['serve', '--page', '--no-page'], ['serve', '--max-participants', '1e3']];
  for (const words of wrong) assert.throws(() => readArguments(words, {}), UsageError, words.join(' '));
  assert.throws(() => readArguments(['serve', '--ice-servers', '[credential'], {}), (error: Error) => error instanceof UsageError && !error.message.includes('credential'));
  assert.throws(() => readArguments(['serve'], { MEETWIRE_PAGE: 'maybe' }), UsageError);
  assert.deepEqual(readArguments(['serve', '--help'], {}), { what: 'help' });
  assert.deepEqual(readArguments(['--version'], {}), { what: 'version' });
  assert.equal(inFlags(new OptionError('participantsMax', 'must be a whole number')), '--max-participants: must be a whole number.');
  for (const flag of ['port', 'plain-port', 'plain-max-participants', 'host', 'origin', 'max-participants', 'chat-history', 'ice-servers', 'page', 'no-page', 'lobby', 'log-level', 'trace', 'trusted-proxy', 'max-connections', 'max-connections-total', 'max-joins', 'max-bytes', 'secret', 'public-key', 'turn', 'turn-secret', 'metrics', 'metrics-port', 'metrics-host', 'drain', 'data']) assert.ok(help.includes(`--${flag}`), flag);
});

test('M14: pages inside applications can be listed; what could never match a page is refused, with what was meant', () => {
  const id = 'a'.repeat(32);
  const origins = ['capacitor://localhost', 'ionic://localhost', 'tauri://localhost', 'http://tauri.localhost', `chrome-extension://${id}`,
    'moz-extension://0c1e9bd0-8d7a-4b0e-9a0e-1b2c3d4e5f60', 'safari-web-extension://A1B2C3D4-0000-4000-8000-000000000000', 'app://.', 'app://com.example:8080', 'file://', 'null', 'https://[::1]:8443'];
  checkOptions({ origins });
  for (const origin of origins) {
    assert.equal(mayConnect(origin, 'meet.example.org', origins), true, origin);
    if (!origin.startsWith('http')) assert.equal(mayConnect(origin, 'localhost'), false, `${origin} is not allowed by itself`);
  }
  assert.equal(mayConnect('capacitor://elsewhere', 'meet.example.org', origins), false);
  for (const [bad, says] of [
    ['capacitor://localhost/', /did you mean capacitor:\/\/localhost\?$/],
    ['Capacitor://localhost', /did you mean capacitor:\/\/localhost\?$/],
    ['file:///home/me/page.html', /did you mean file:\/\/\?$/],
    ['wss://meet.example.org', /did you mean https:\/\/meet\.example\.org\?$/],
    ['https://meet.example.org:443', /did you mean https:\/\/meet\.example\.org\?$/],
    ['https://*.example.org', /list each origin in full/], ['capacitor://*', /list each origin in full/],
    ['capacitor:localhost', /such as .*capacitor:\/\/localhost$/], ['capacitor://', /such as/], ['localhost', /such as/], ['', /such as/],
    ['data:text/html,x', /such as/], ['blob:https://x.example/1', /such as/], ['javascript:alert(1)', /such as/], [7, /not a text/],
  ] as const) {
    assert.throws(() => checkOptions({ origins: [bad as string] }), { name: 'OptionError', option: 'origins', message: says }, String(bad));
  }
});

test('L12: an own origin is known with and without its port; others by the list', () => {
  assert.equal(mayConnect('https://meet.example.org', 'meet.example.org'), true);
  assert.equal(mayConnect('https://meet.example.org', 'meet.example.org:443'), true);
  assert.equal(mayConnect('http://meet.example.org:8080', 'meet.example.org:8080'), true);
  assert.equal(mayConnect('http://meet.example.org:8080', 'meet.example.org:80'), false);
  assert.equal(mayConnect('http://[::1]:5173', 'x'), true);
  assert.equal(mayConnect('http://app.localhost', 'x'), true);
  for (const host of ['localhost.example.org', 'notlocalhost', 'not-localhost.example', '127.0.0.1.example.org']) assert.equal(mayConnect(`http://${host}`, 'x'), false, host);
  assert.equal(mayConnect('chrome-extension://localhost', 'localhost'), false);
  assert.equal(mayConnect('', 'x'), false);
  assert.equal(mayConnect('https://a.example', undefined), false);
  assert.equal(mayConnect('null', 'x', ['null']), true);
});

test('L4: any argument becomes a text without recursion, and what cannot be one keeps its fault', () => {
  const nested = (depth: number): unknown => {
    let value: unknown = 1;
    for (let i = 0; i < depth; ++i) value = i % 2 === 0 ? [value] : { a: value };
    return value;
  };
  const deep = frameBody('x', nested(200_000));
  assert.ok(deep.startsWith('[['.repeat(16)) && deep.length < 1_000);
  assert.equal(frameBody('x', nested(40)), JSON.stringify(nested(40)));
  const circle: unknown[] = [];
  circle.push(circle);
  assert.equal(frameBody('x', circle), deep);
  assert.throws(() => JSON.parse(frameBody('x', { a: [Buffer.from('1')] })));
  assert.throws(() => JSON.parse(frameBody('x', new ArrayBuffer(1))));
  assert.equal(frameBody('meetwire', '{"a":1}'), '{"a":1}');
  assert.equal(frameBody('msg', 'hi'), '"hi"');
  assert.equal(frameBody('msg', undefined), '');
  assert.equal(frameBody('msg', () => undefined), '');
  assert.equal(frameBody('msg', null), 'null');
  assert.equal(frameName(7), '7');
  assert.equal(frameName('n'.repeat(1_000)).length, 128);
});
