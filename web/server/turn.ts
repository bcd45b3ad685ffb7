// TURN credentials of each member's own, by the scheme that coturn calls its REST API (`use-auth-secret`): the name says when
// it ends, the password is its HMAC under the secret that only this server and the TURN server have.

import { createHash, createHmac } from 'node:crypto';
import type { AttachOptions, IceAnswer, IceMember, IceServer } from './option-types.ts';
import { OptionError } from './option-types.ts';

/** Renewed in the meeting well before. Somebody who takes one along has a relay for no longer. */
const lifetimeMs = 600_000;
// By how much the TURN server's clock may be behind.
const skewSeconds = 60;

/** `name`: whom quotas of the TURN server count for. `expiresAtSeconds`: since 1970. */
export function turnCredential(secret: string, name: string, expiresAtSeconds: number): { username: string; credential: string } {
  const username = `${expiresAtSeconds}:${name}`;
  return { username, credential: createHmac('sha1', secret).update(username).digest('base64') };
}

/** Undefined: there is no TURN server. Throws OptionError. `nowMs`: since 1970. */
export function turnSourceOf({ turn, turnSecret }: Pick<AttachOptions, 'turn' | 'turnSecret'>, nowMs: () => number): ((member: IceMember) => IceAnswer) | undefined {
  if (turn === undefined && turnSecret === undefined) return undefined;
  const urls: readonly unknown[] = turn === undefined ? [] : Array.isArray(turn) ? turn : [turn];
  if (urls.length === 0 || !urls.every((url) => typeof url === 'string' && /^turns?:[^\s,]+$/.test(url))) {
    throw new OptionError('turn', 'must be one or several urls such as turn:turn.example.org:3478 or turns:turn.example.org:5349?transport=tcp');
  }
  if (typeof turnSecret !== 'string' || turnSecret === '') throw new OptionError('turnSecret', 'must be the secret of the TURN server (coturn: static-auth-secret)');
  return (member) => {
    const ends = Math.floor((nowMs() + lifetimeMs) / 1000) + skewSeconds;
    const server: IceServer = { urls: urls as string[], ...turnCredential(turnSecret, nameOf(member), ends) };
    return { iceServers: [server], lifetimeMs };
  };
}

// Always the same for the same person, as quotas need it, and no name for the TURN server's log; nor has it a colon.
const nameOf = ({ room, user }: IceMember): string => createHash('sha256').update(JSON.stringify([room, user])).digest('base64url').slice(0, 22);
