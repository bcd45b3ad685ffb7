// Which ICE servers a member is given, and for how long: a list for all, or an answer of the application's for each.

import type { IceAnswer, IceMember, IceServer, IceServers } from './option-types.ts';
import { OptionError } from './option-types.ts';

/** How long what a function gives is taken to hold, where it does not say. */
const lifetimeMsDefault = 600_000;

export interface IceGrant {
  /** JSON of RTCIceServer[]. */
  readonly json: string;
  readonly lifetimeMs: number;
}

export type IceSource = (member: IceMember) => Promise<IceGrant>;

/** Undefined: it is the same list for everybody. */
export function iceSourceOf(servers: IceServers | undefined, more: ((member: IceMember) => IceAnswer)[] = []): IceSource | undefined {
  if (typeof servers !== 'function' && more.length === 0) return undefined;
  const answers = [typeof servers === 'function' ? servers : () => ({ iceServers: servers ?? [], lifetimeMs: Infinity }), ...more];
  return async (member) => {
    const all = (await Promise.all(answers.map((answer) => answer(member)))).map(readAnswer);
    return { json: JSON.stringify(all.flatMap((one) => one.iceServers)), lifetimeMs: Math.min(...all.map((one) => one.lifetimeMs)) };
  };
}

function readAnswer(answer: IceAnswer): { iceServers: readonly IceServer[]; lifetimeMs: number } {
  const { iceServers, lifetimeMs = lifetimeMsDefault } = Array.isArray(answer) ? { iceServers: answer as readonly IceServer[] } : (answer as Exclude<IceAnswer, readonly IceServer[]>);
  checkIceServers(iceServers);
  if (typeof lifetimeMs !== 'number' || !(lifetimeMs >= 1_000)) throw new OptionError('iceServers', 'lifetimeMs must be 1,000 or more');
  return { iceServers, lifetimeMs };
}

/** Throws OptionError, which never has a credential in it. */
export function checkIceServers(servers: unknown): asserts servers is readonly IceServer[] {
  if (!Array.isArray(servers)) throw new OptionError('iceServers', 'must be a list of RTCIceServer, or a function that gives one');
  for (const server of servers as unknown[]) {
    const { urls, username, credential } = (server ?? {}) as { urls?: unknown; username?: unknown; credential?: unknown };
    const list: unknown[] = Array.isArray(urls) ? urls : [urls];
    if (list.length === 0 || !list.every((url) => typeof url === 'string' && /^(stun|turn)s?:\S+$/.test(url))) {
      throw new OptionError('iceServers', 'every server needs urls that start with stun:, stuns:, turn: or turns:');
    }
    // Browsers throw InvalidAccessError for such a server, and the whole connection fails: better here than there.
    const relays = list.some((url) => (url as string).startsWith('turn'));
    if (relays && (typeof username !== 'string' || typeof credential !== 'string')) {
      throw new OptionError('iceServers', 'a turn server needs username and credential');
    }
  }
}
