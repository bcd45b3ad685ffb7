// The word on somebody who wants in, or wants to stay: the token, the application's own rules, ICE servers.
//
// Must not know sockets and rooms. What the token holds is never logged.

import type { ErrorCode } from '../../bindings/client-types.ts';
import type { ClockPort } from '../../bindings/ports.ts';
import type { RoomEvent } from '../../bindings/room-types.ts';
import { systemClock } from './clock.ts';
import type { IceGrant, IceSource } from './ice-servers.ts';
import type { Logger } from './logger.ts';
import type { Admission, AdmissionRequest, Authorize, IceMember, Role } from './option-types.ts';
import { roles } from './option-types.ts';
import type { TokenClaims, TokenJudge } from './tokens.ts';

export interface Question {
  readonly room: string;
  readonly user: string;
  readonly token: string;
  readonly renewal: boolean;
}
export type Answer = Omit<Extract<RoomEvent, { type: 'authorized' }>, 'type' | 'operation'>;
/** Never rejects. `about`: for the log. */
export type Ask = (question: Question, about?: object) => Promise<Answer>;

export interface GrantParts {
  readonly tokens?: TokenJudge | undefined;
  readonly authorize?: Authorize | undefined;
  readonly ice?: IceSource | undefined;
  readonly log: Logger;
  readonly clock?: ClockPort;
}

// The core has told the newcomer after 5 s that nobody answered; this ends the question itself, and says so in the log.
const answerMsMax = 10_000;
// After a function for ICE servers that has failed.
const iceRetryMs = 30_000;
// Of what is left: a client spreads this by a quarter either way, and has time for a second try.
const renewAt = 0.6;
const msMax = 2 ** 31 - 1;
const lifetimeMsMin = 1_000;

interface Word {
  readonly role: Role;
  readonly name?: string;
  readonly expiresAt: number;
}

class Refusal extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode) {
    super(code);
    this.code = code;
  }
}

/** Undefined: everybody may do everything, and all get the same ICE servers; nobody needs to be asked. */
export function askerOf(parts: GrantParts): Ask | undefined {
  const { tokens, authorize, ice } = parts;
  if (tokens === undefined && authorize === undefined && ice === undefined) return undefined;
  const grants = new Grants(parts);
  return (question, about) => grants.ask(question, about);
}

class Grants {
  readonly #parts: GrantParts;
  readonly #clock: ClockPort;

  constructor(parts: GrantParts) {
    this.#parts = parts;
    this.#clock = parts.clock ?? systemClock;
  }

  async ask(question: Question, about: object = {}): Promise<Answer> {
    const { room, user } = question;
    let word: Word;
    try {
      const claims = await this.#claimsOf(question);
      word = await this.#wordOf(question, claims);
    } catch (error) {
      if (!(error instanceof Refusal)) {
        // Whatever the application's hook throws might hold the token: only that it threw is told.
        this.#parts.log.warn({ room, user, ...about, error: error instanceof Error ? error.name : typeof error }, 'authorize failed');
      }
      return { allowed: false, role: 'guest', ...(error instanceof Refusal ? { error: error.code } : {}) };
    }
    return this.#granted(question, word, about);
  }

  async #claimsOf({ room, user, token }: Question): Promise<TokenClaims | undefined> {
    try {
      return await this.#parts.tokens?.check(token, { room, user }, this.#clock.now());
    } catch (error) {
      throw new Refusal((error as { code?: ErrorCode }).code ?? 'token-refused');
    }
  }

  async #wordOf({ room, user, token, renewal }: Question, claims: TokenClaims | undefined): Promise<Word> {
    const { authorize } = this.#parts;
    const said = claims && { role: claims.role, ...(claims.name !== undefined && { name: claims.name }) };
    const request: AdmissionRequest = { room, user, token, ...(renewal && { renewal }), ...(said && { claims: said }) };
    const admission = authorize === undefined ? true : await this.#withinTime(() => authorize(request));
    if (admission === false) throw new Refusal('token-refused');
    const { role, name, lifetimeMs = Infinity } = readAdmission(admission);
    const named = name ?? claims?.name;
    return {
      role: role ?? claims?.role ?? 'guest',
      expiresAt: Math.min(this.#clock.now() + lifetimeMs, claims?.expiresAt ?? Infinity),
      ...(named === undefined ? {} : { name: named }),
    };
  }

  async #granted({ room, user, renewal }: Question, { role, name, expiresAt }: Word, about: object): Promise<Answer> {
    const ice = await this.#iceFor({ room, user, role }, about);
    const expiresInMs = Math.max(1, Math.ceil(expiresAt - this.#clock.now()));
    // Nobody is kept out because a TURN service is down; who is in keeps what he has.
    const renewInMs = ice === 'failed' ? Math.min(iceRetryMs, renewAt * expiresInMs) : renewAt * Math.min(expiresInMs, ice?.lifetimeMs ?? Infinity);
    const json = ice === 'failed' ? (renewal ? undefined : '[]') : ice?.json;
    return {
      allowed: true,
      role,
      ...(name === undefined ? {} : { name }),
      ...(json === undefined ? {} : { iceServers: json }),
      ...(expiresInMs < msMax ? { expiresInMs } : {}),
      ...(renewInMs < msMax ? { renewInMs: Math.max(1, Math.floor(renewInMs)) } : {}),
    };
  }

  async #iceFor(member: IceMember, about: object): Promise<IceGrant | 'failed' | undefined> {
    const { ice, log } = this.#parts;
    if (ice === undefined) return undefined;
    try {
      return await this.#withinTime(() => ice(member));
    } catch (error) {
      const { room, user } = member;
      log.warn({ room, user, ...about, error: error instanceof Error ? error.name : typeof error }, 'iceServers failed');
      return 'failed';
    }
  }

  #withinTime<T>(start: () => T | Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const late = (): void => reject(new RangeError('no answer in time'));
      const cancel = this.#clock.at(this.#clock.now() + answerMsMax, late);
      const begun = new Promise<T>((begin) => begin(start()));
      void begun.then(resolve, reject).finally(cancel);
    });
  }
}

type Terms = { role?: Role; name?: string; lifetimeMs?: number };

function readAdmission(admission: Exclude<Admission, false>): Terms {
  if (admission === true) return {};
  const { role, name, lifetimeMs } = (typeof admission === 'object' && admission !== null ? admission : { role: 'none' }) as Record<string, unknown>;
  const isName = name === undefined || typeof name === 'string';
  const isTime = lifetimeMs === undefined || (typeof lifetimeMs === 'number' && lifetimeMs >= lifetimeMsMin);
  if ((role !== undefined && !roles.includes(role as Role)) || !isName || !isTime) {
    throw new TypeError('authorize must give true, false or { role, name, lifetimeMs }');
  }
  return admission as Terms;
}
