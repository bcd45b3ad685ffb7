// Tokens: who may enter which room, as a JWT signed by whoever runs the rooms. Made here, and judged here.
//
// Owns which claims there are and what of them is believed. Must not know sockets; a token never stands in an error or in
// the log.

import { KeyObject, createPrivateKey, createPublicKey } from 'node:crypto';
import { SignJWT, decodeProtectedHeader, errors, jwtVerify } from 'jose';
import type { JWTPayload } from 'jose';
import type { ErrorCode } from '../../bindings/client-types.ts';
import type { AttachOptions, Role } from './option-types.ts';
import { OptionError, roles } from './option-types.ts';

/** What a token says, and what it is signed with: `secret` (HS256) or `privateKey` (EdDSA), one of them. */
export interface TokenRequest {
  /** The one room that it opens. Absent: to be online, and in no room. */
  readonly room?: string;
  /** The user id that it is for. */
  readonly user: string;
  /** What the others see; the client cannot say otherwise then. Absent: as the client says. */
  readonly name?: string;
  /** Default: `guest`. */
  readonly role?: Role;
  /** 1 to 86,400. Default: 600. The client renews it in the meeting where it has a function for it. */
  readonly lifetimeSeconds?: number;
  /** Seconds from now until it holds, 0 to 86,400. Default: 0. */
  readonly validAfterSeconds?: number;
  /** 32 bytes of UTF-8 or more; the server has the same in its option `secret`. */
  readonly secret?: string;
  /** Ed25519, as PEM (PKCS 8) or a KeyObject; the server has the public half in its option `publicKey`. */
  readonly privateKey?: string | KeyObject;
}

/** What a good token says. */
export interface TokenClaims {
  readonly role: Role;
  readonly name?: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Why a token is not taken. */
export class TokenFault extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode) {
    super(code);
    this.name = 'TokenFault';
    this.code = code;
  }
}

export interface TokenJudge {
  /** Rejects with TokenFault. `nowMs`: since 1970. */
  check(token: string, claimed: { readonly room: string; readonly user: string }, nowMs: number): Promise<TokenClaims>;
}

// So that a token which the same key has signed for something else opens no room.
const audience = 'meetwire';
const secretBytesMin = 32;
const lifetimeSecondsDefault = 600;
const lifetimeSecondsMax = 86_400;
// By how much the clocks of two machines that are kept right may differ.
const skewSeconds = 5;

/** Rejects with OptionError. */
export async function issueToken(request: TokenRequest): Promise<string> {
  const { room, user, name, role = 'guest', lifetimeSeconds = lifetimeSecondsDefault, validAfterSeconds = 0, secret, privateKey } = request;
  checkText('user', user, false);
  if (room !== undefined) checkText('room', room, false);
  if (name !== undefined) checkText('name', name, true);
  if (!roles.includes(role)) throw new OptionError('role', `must be one of ${roles.join(', ')}`);
  checkSeconds('lifetimeSeconds', lifetimeSeconds, 1);
  checkSeconds('validAfterSeconds', validAfterSeconds, 0);
  if ((secret === undefined) === (privateKey === undefined)) throw new OptionError('secret', 'give either secret or privateKey to sign with');
  const now = Math.floor(Date.now() / 1000);
  const claims = { ...(room === undefined ? {} : { room }), ...(name === undefined ? {} : { name }), role };
  return new SignJWT(claims)
    .setProtectedHeader({ alg: secret === undefined ? 'EdDSA' : 'HS256', typ: 'JWT' })
    .setSubject(user)
    .setAudience(audience)
    .setIssuedAt(now)
    .setNotBefore(now + validAfterSeconds)
    .setExpirationTime(now + validAfterSeconds + lifetimeSeconds)
    .sign(secret === undefined ? privateKeyOf(privateKey!) : secretKeyOf(secret));
}

/** Any of several keys: while one replaces another, tokens of both are about. */
export class TokenKeys implements TokenJudge {
  readonly #secrets: readonly Uint8Array[];
  readonly #publicKeys: readonly KeyObject[];

  /** Throws OptionError. */
  constructor(secrets: readonly string[], publicKeys: readonly string[]) {
    this.#secrets = secrets.map(secretKeyOf);
    this.#publicKeys = publicKeys.map(publicKeyOf);
  }

  async check(token: string, claimed: { readonly room: string; readonly user: string }, nowMs: number): Promise<TokenClaims> {
    if (token === '') throw new TokenFault('token-required');
    const payload = await this.#verified(token, new Date(nowMs));
    if ((payload['room'] ?? '') !== claimed.room) throw new TokenFault('token-other-room');
    if (payload.sub !== claimed.user) throw new TokenFault('token-other-user');
    const { role = 'guest', name } = payload as { role?: unknown; name?: unknown };
    if (!roles.includes(role as Role) || (name !== undefined && typeof name !== 'string')) throw new TokenFault('token-refused');
    const expiresAt = (Math.min(payload.exp!, payload.iat! + lifetimeSecondsMax) + skewSeconds) * 1000;
    return { role: role as Role, expiresAt, ...(name === undefined ? {} : { name }) };
  }

  // The algorithm says which keys are tried, and each key is for its own alone: nobody signs with a public key as if it
  // were a secret.
  async #verified(token: string, currentDate: Date): Promise<JWTPayload> {
    const algorithm = algorithmOf(token);
    const keys: readonly (Uint8Array | KeyObject)[] =
      algorithm === 'HS256' ? this.#secrets : algorithm === 'EdDSA' || algorithm === 'Ed25519' ? this.#publicKeys : [];
    if (keys.length === 0) throw new TokenFault('token-algorithm');
    const options = {
      algorithms: [algorithm],
      audience,
      currentDate,
      clockTolerance: skewSeconds,
      maxTokenAge: lifetimeSecondsMax,
      requiredClaims: ['sub', 'exp', 'iat'],
    };
    for (const key of keys) {
      try {
        return (await jwtVerify(token, key, options)).payload;
      } catch (error) {
        if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw new TokenFault(codeOf(error));
      }
    }
    throw new TokenFault('token-signature');
  }
}

function codeOf(error: unknown): ErrorCode {
  if (error instanceof errors.JWTExpired) return 'token-expired';
  const early = error instanceof errors.JWTClaimValidationFailed && error.reason === 'check_failed' && (error.claim === 'nbf' || error.claim === 'iat');
  return early ? 'token-not-yet-valid' : 'token-refused';
}

function algorithmOf(token: string): string {
  try {
    return decodeProtectedHeader(token).alg ?? '';
  } catch {
    throw new TokenFault('token-refused');
  }
}

/** Undefined where no token is asked for. Throws OptionError. */
export function tokenKeysOf({ secret, publicKey }: Pick<AttachOptions, 'secret' | 'publicKey'>): TokenKeys | undefined {
  if (secret === undefined && publicKey === undefined) return undefined;
  const secrets = listOf(secret);
  const publicKeys = listOf(publicKey);
  // An empty list is a mistake that would leave the door shut for all, or be taken for an open one.
  if (secret !== undefined && secrets.length === 0) throw new OptionError('secret', 'must not be an empty list');
  if (publicKey !== undefined && publicKeys.length === 0) throw new OptionError('publicKey', 'must not be an empty list');
  return new TokenKeys(secrets, publicKeys);
}

const listOf = (one: string | readonly string[] | undefined): readonly string[] => (one === undefined ? [] : typeof one === 'string' ? [one] : one);

// ---- keys

function secretKeyOf(secret: unknown): Uint8Array {
  const bytes = typeof secret === 'string' ? new TextEncoder().encode(secret) : new Uint8Array();
  if (bytes.length < secretBytesMin) throw new OptionError('secret', `must be a text of ${secretBytesMin} bytes or more, at random`);
  return bytes;
}

function publicKeyOf(text: unknown): KeyObject {
  const wrong = new OptionError('publicKey', 'must be an Ed25519 public key as PEM (BEGIN PUBLIC KEY)');
  // A private one would do as well, and does not belong here.
  if (typeof text !== 'string' || !text.includes('BEGIN PUBLIC KEY')) throw wrong;
  return ed25519(() => createPublicKey(text), wrong);
}

function privateKeyOf(key: string | KeyObject): KeyObject {
  const wrong = new OptionError('privateKey', 'must be an Ed25519 private key as PEM (BEGIN PRIVATE KEY)');
  return ed25519(() => (key instanceof KeyObject ? key : createPrivateKey(key)), wrong);
}

function ed25519(read: () => KeyObject, wrong: OptionError): KeyObject {
  let key: KeyObject;
  try {
    key = read();
  } catch {
    throw wrong;
  }
  if (key.asymmetricKeyType !== 'ed25519') throw wrong;
  return key;
}

function checkText(option: string, value: unknown, mayBeEmpty: boolean): void {
  const bytes = typeof value === 'string' ? Buffer.byteLength(value) : 0;
  if (typeof value !== 'string' || bytes > 128 || (bytes === 0 && !mayBeEmpty)) throw new OptionError(option, 'must be a text of at most 128 bytes');
}

function checkSeconds(option: string, value: unknown, least: number): void {
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > lifetimeSecondsMax) {
    throw new OptionError(option, `must be a whole number from ${least} to ${lifetimeSecondsMax}`);
  }
}
