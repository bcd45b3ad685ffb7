// Whether a TURN server hands out a relay: one Allocate over UDP, TCP or TLS (RFC 8656, long-term credentials of RFC 8489), and
// its end. No more of TURN than that; a browser does the rest.

import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect as connectTcp } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export interface TurnTarget {
  readonly host: string;
  readonly port: number;
  readonly transport: 'udp' | 'tcp' | 'tls';
}

export type TurnOutcome =
  | { readonly ok: true }
  /** `code`: of the server's error response. */
  | { readonly ok: false; readonly why: 'silent' | 'unreachable' | 'certificate' | 'refused' | 'no-turn'; readonly code?: number; readonly detail?: string };

const cookie = 0x2112a442;
const methods = { allocate: 0x0003, refresh: 0x0004 } as const;
const attributes = { username: 0x0006, integrity: 0x0008, error: 0x0009, lifetime: 0x000d, realm: 0x0014, nonce: 0x0015, transport: 0x0019, relayed: 0x0016 } as const;
const overUdp = Buffer.from([17, 0, 0, 0]);
// RFC 8489, 6.2.1: a request over UDP goes out again after 500 ms, then after twice as long each time.
const firstRepeatMs = 500;

/** `turn:host:port?transport=tcp` as where to go. Undefined: it is no such url. */
export function targetOf(url: string): TurnTarget | undefined {
  const match = /^(turns?):(\[[^\]]+\]|[^:?\s]+)(?::(\d{1,5}))?(?:\?transport=(udp|tcp))?$/i.exec(url);
  if (!match) return undefined;
  const [, scheme = '', host = '', port, transport] = match;
  const secure = scheme.toLowerCase() === 'turns';
  // turns over UDP is DTLS, which no browser speaks.
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port ?? (secure ? 5349 : 3478)), transport: secure ? 'tls' : transport?.toLowerCase() === 'tcp' ? 'tcp' : 'udp' };
}

export async function probeTurn(target: TurnTarget, { username, credential }: { username: string; credential: string }, msMax = 5_000): Promise<TurnOutcome> {
  let line: Line | undefined;
  try {
    line = await openLine(target, msMax);
    const first = await line.ask(request(methods.allocate, [[attributes.transport, overUdp]]));
    const challenge = readMessage(first);
    const realm = challenge.attributes.get(attributes.realm);
    const nonce = challenge.attributes.get(attributes.nonce);
    if (challenge.code !== 401 || !realm || !nonce) return { ok: false, why: 'no-turn', ...(challenge.code === undefined ? {} : { code: challenge.code }) };
    const key = createHash('md5').update(`${username}:${realm.toString()}:${credential}`).digest();
    const identity: Attributes = [[attributes.username, Buffer.from(username)], [attributes.realm, realm], [attributes.nonce, nonce]];
    const answer = readMessage(await line.ask(request(methods.allocate, [[attributes.transport, overUdp], ...identity], key)));
    if (answer.code !== undefined) return { ok: false, why: 'refused', code: answer.code };
    if (!answer.attributes.has(attributes.relayed)) return { ok: false, why: 'no-turn' };
    // Given back at once.
    line.tell(request(methods.refresh, [[attributes.lifetime, Buffer.alloc(4)], ...identity], key));
    return { ok: true };
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (error instanceof Silence) return { ok: false, why: 'silent' };
    if (/CERT|ALTNAME|SIGNATURE|SELF_SIGNED|ISSUER/.test(code)) return { ok: false, why: 'certificate', detail: message };
    return { ok: false, why: 'unreachable', detail: code || message };
  } finally {
    line?.close();
  }
}

// ---- messages

type Attributes = [type: number, value: Buffer][];

function request(method: number, list: Attributes, key?: Buffer): Buffer {
  const head = Buffer.alloc(20);
  head.writeUInt16BE(method, 0);
  head.writeUInt32BE(cookie, 4);
  randomBytes(12).copy(head, 8);
  const body = Buffer.concat(list.map(([type, value]) => attribute(type, value)));
  if (key === undefined) {
    head.writeUInt16BE(body.length, 2);
    return Buffer.concat([head, body]);
  }
  // The length counts the integrity that is about to be added.
  head.writeUInt16BE(body.length + 24, 2);
  const text = Buffer.concat([head, body]);
  return Buffer.concat([text, attribute(attributes.integrity, createHmac('sha1', key).update(text).digest())]);
}

function attribute(type: number, value: Buffer): Buffer {
  const padded = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
  padded.writeUInt16BE(type, 0);
  padded.writeUInt16BE(value.length, 2);
  value.copy(padded, 4);
  return padded;
}

/** `code`: of an error response. */
function readMessage(message: Buffer): { code: number | undefined; attributes: Map<number, Buffer> } {
  const found = new Map<number, Buffer>();
  for (let at = 20; at + 4 <= message.length; ) {
    const length = message.readUInt16BE(at + 2);
    found.set(message.readUInt16BE(at), message.subarray(at + 4, at + 4 + length));
    at += 4 + Math.ceil(length / 4) * 4;
  }
  const error = found.get(attributes.error);
  return { code: error && error.length >= 4 ? error[2]! * 100 + error[3]! : undefined, attributes: found };
}

// ---- the way there

class Silence extends Error {}

interface Line {
  ask(message: Buffer): Promise<Buffer>;
  tell(message: Buffer): void;
  close(): void;
}

/** What is asked and what may answer it: the transaction id is the same. */
class Questions {
  readonly #open = new Map<string, (answer: Buffer) => void>();
  readonly #msMax: number;
  readonly #send: (message: Buffer) => void;
  readonly #repeats: boolean;
  #fail: ((error: Error) => void) | undefined;

  constructor(send: (message: Buffer) => void, repeats: boolean, msMax: number) {
    this.#send = send;
    this.#repeats = repeats;
    this.#msMax = msMax;
  }

  ask(message: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      let repeat: NodeJS.Timeout | undefined;
      const settle = (act: () => void): void => {
        clearTimeout(deadline);
        clearTimeout(repeat);
        act();
      };
      const deadline = setTimeout(() => settle(() => reject(new Silence())), this.#msMax);
      this.#open.set(idOf(message), (answer) => settle(() => resolve(answer)));
      this.#fail = (error) => settle(() => reject(error));
      const send = (wait: number): void => {
        this.#send(message);
        if (this.#repeats) repeat = setTimeout(() => send(wait * 2), wait);
      };
      send(firstRepeatMs);
    });
  }

  heard(message: Buffer): void {
    if (message.length >= 20 && message.readUInt32BE(4) === cookie) this.#open.get(idOf(message))?.(message);
  }

  failed(error: Error): void {
    this.#fail?.(error);
  }
}

const idOf = (message: Buffer): string => message.toString('hex', 8, 20);

function openLine(target: TurnTarget, msMax: number): Promise<Line> {
  return target.transport === 'udp' ? openUdp(target, msMax) : openStream(target, msMax);
}

function openUdp({ host, port }: TurnTarget, msMax: number): Promise<Line> {
  return new Promise((resolve, reject) => {
    const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4' });
    const questions = new Questions((message) => socket.send(message), true, msMax);
    socket.on('message', (message) => questions.heard(message));
    socket.on('error', (error) => {
      questions.failed(error);
      reject(error);
    });
    socket.connect(port, host, () => resolve({ ask: (message) => questions.ask(message), tell: (message) => socket.send(message), close: () => setImmediate(() => socket.close()) }));
  });
}

function openStream({ host, port, transport }: TurnTarget, msMax: number): Promise<Line> {
  return new Promise((resolve, reject) => {
    const opened = (): void => {
      clearTimeout(deadline);
      resolve({ ask: (message) => questions.ask(message), tell: (message) => void socket.write(message), close: () => socket.destroySoon() });
    };
    const socket: Socket = transport === 'tls' ? connectTls({ host, port, servername: /^[\d.]+$|:/.test(host) ? '' : host }, opened) : connectTcp({ host, port }, opened);
    const deadline = setTimeout(() => socket.destroy(new Silence()), msMax);
    const questions = new Questions((message) => void socket.write(message), false, msMax);
    let rest: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 20 && rest.length >= 20 + rest.readUInt16BE(2)) {
        const length = 20 + rest.readUInt16BE(2);
        questions.heard(rest.subarray(0, length));
        rest = rest.subarray(length);
      }
    });
    const over = (error: Error): void => {
      clearTimeout(deadline);
      questions.failed(error);
      reject(error);
    };
    socket.on('error', over);
    socket.on('close', () => over(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
  });
}
