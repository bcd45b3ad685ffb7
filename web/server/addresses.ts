// What each network address uses, and how much of it it may: one that takes more than its share waits, the others do not
// notice.
//
// Owns who counts as one. An IPv6 customer has a /64 to itself, so that is one address here.

import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv6 } from 'node:net';
import type { Socket } from 'node:net';
import { bytesBurstSeconds, joinsBurstSeconds, socketsPerConnection, waitingBytesMax, waitingBytesPerMs } from './bounds.ts';
import { Bucket } from './rate.ts';

export interface AddressBounds {
  /** Transports at the same time. */
  readonly connections: number;
  /** New transports a second. */
  readonly joinsPerSecond: number;
  /** Bytes that come in a second. */
  readonly bytesPerSecond: number;
}

/** Of all addresses together. */
export interface TotalBounds {
  /** Transports at the same time. */
  readonly connections: number;
}

interface Use {
  sockets: number;
  connections: number;
  /** Of those, the ones that have not said yet what they want. */
  silent: number;
  readonly joins: Bucket;
  readonly bytes: Bucket;
}

const sweepMs = 10_000;

export class Addresses {
  readonly #bounds: AddressBounds;
  readonly #total: TotalBounds;
  readonly #proxies: BlockList;
  readonly #now: () => number;
  readonly #uses = new Map<string, Use>();
  #connections = 0;
  #sockets = 0;
  #sweptAt = 0;
  /** How much has come from an address and is not done yet, in bytes. */
  waitingFor: (address: string) => number = () => 0;

  constructor(bounds: AddressBounds & { readonly total?: TotalBounds }, trustedProxies: readonly string[] = [], now = () => performance.now()) {
    this.#bounds = bounds;
    this.#total = bounds.total ?? { connections: Infinity };
    this.#proxies = proxyList(trustedProxies);
    this.#now = now;
  }

  /**
   * Whom a request counts for. The last address of X-Forwarded-For that is no trusted proxy's, where a trusted proxy
   * sent the request; from anybody else that header says what its sender likes.
   */
  of(request: IncomingMessage): string {
    const peer = plain(request.socket.remoteAddress ?? '');
    let client = peer;
    const said = request.headers['x-forwarded-for'];
    const hops = (Array.isArray(said) ? said.join() : (said ?? '')).split(',').map((hop) => plain(hop.trim()));
    while (this.#trusts(client) && hops.length > 0) {
      const hop = hops.pop()!;
      if (isIP(hop) === 0) break;
      client = hop;
    }
    return network(client);
  }

  trusted(request: IncomingMessage): boolean {
    return this.#trusts(plain(request.socket.remoteAddress ?? ''));
  }

  /** Why no transport of whatever address may be opened; undefined: there is room. */
  get full(): string | undefined {
    return this.#connections < this.#total.connections ? undefined : `server-full: this server has all connections that it may have, ${this.#total.connections}; try again later`;
  }

  /** A bare connection, before it has said anything. Of an address a proxy's are everybody's; in all each counts. */
  holds(socket: Socket): 'held' | 'too many' | 'too many in all' {
    if (this.#sockets >= this.#total.connections * socketsPerConnection) return 'too many in all';
    const peer = plain(socket.remoteAddress ?? '');
    const use = this.#trusts(peer) ? undefined : this.#use(network(peer));
    if (use !== undefined && use.sockets >= this.#bounds.connections * socketsPerConnection) return 'too many';
    this.#sockets += 1;
    if (use !== undefined) use.sockets += 1;
    socket.once('close', () => {
      this.#sockets -= 1;
      if (use !== undefined) use.sockets -= 1;
    });
    return 'held';
  }

  /** Why no transport may be opened; undefined takes it. */
  refusalOf(address: string): string | undefined {
    if (this.full !== undefined) return this.full;
    const use = this.#use(address);
    const now = this.#now();
    // Half of what it may have: a crowd that comes in at once is silent for a round trip.
    if (use.connections >= this.#bounds.connections || use.silent >= Math.max(1, this.#bounds.connections / 2)) {
      return `rate-limited: there are too many connections from ${address}; at most ${this.#bounds.connections}`;
    }
    if (use.joins.waitMs(now) > 0) return `rate-limited: connections from ${address} come too fast; at most ${this.#bounds.joinsPerSecond} a second`;
    use.joins.take(1, now);
    return undefined;
  }

  opened(address: string): { greeted(): void; closed(): void } {
    const use = this.#use(address);
    this.#connections += 1;
    use.connections += 1;
    use.silent += 1;
    let silent = true;
    const greeted = (): void => {
      if (silent) use.silent -= 1;
      silent = false;
    };
    let open = true;
    return {
      greeted,
      closed: () => {
        greeted();
        if (!open) return;
        open = false;
        use.connections -= 1;
        this.#connections -= 1;
      },
    };
  }

  /** So much has come; for how long no more should be read. */
  came(address: string, bytes: number): number {
    const { bytes: bucket } = this.#use(address);
    const now = this.#now();
    bucket.take(bytes, now);
    const waiting = this.waitingFor(address);
    return Math.max(bucket.waitMs(now), waiting > waitingBytesMax ? Math.ceil(waiting / waitingBytesPerMs) : 0);
  }

  get size(): number {
    return this.#uses.size;
  }

  #trusts(address: string): boolean {
    const kind = isIP(address);
    return kind !== 0 && this.#proxies.check(address, kind === 6 ? 'ipv6' : 'ipv4');
  }

  #use(address: string): Use {
    const now = this.#now();
    if (now - this.#sweptAt > sweepMs) this.#sweep(now);
    let use = this.#uses.get(address);
    if (use === undefined) {
      const { joinsPerSecond, bytesPerSecond } = this.#bounds;
      use = {
        sockets: 0,
        connections: 0,
        silent: 0,
        joins: new Bucket(joinsPerSecond, joinsPerSecond * joinsBurstSeconds, now),
        bytes: new Bucket(bytesPerSecond, bytesPerSecond * bytesBurstSeconds, now),
      };
      this.#uses.set(address, use);
    }
    return use;
  }

  // Who has nothing open and owes nothing is a stranger again.
  #sweep(now: number): void {
    this.#sweptAt = now;
    for (const [address, { sockets, connections, joins, bytes }] of this.#uses) {
      if (sockets === 0 && connections === 0 && joins.full(now) && bytes.full(now)) this.#uses.delete(address);
    }
  }
}

/** Throws for what is neither an address nor a network such as 10.0.0.0/8. */
export function proxyList(proxies: readonly string[]): BlockList {
  const list = new BlockList();
  for (const proxy of proxies) {
    const [address = '', bits] = proxy.split('/');
    const kind = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, kind);
    else if (/^\d{1,3}$/.test(bits)) list.addSubnet(address, Number(bits), kind);
    else throw new TypeError(`${proxy} is no network`);
  }
  return list;
}

// An IPv4 address as a socket for both kinds tells it; a proxy may add the port or brackets.
function plain(address: string): string {
  const bare = /^\[([^\]]+)\](:\d+)?$/.exec(address)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(address)?.[1] ?? address;
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1] ?? bare;
}

function network(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('%')[0]!.toLowerCase().split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const all = tail === undefined ? front : [...front, ...Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0'), ...back];
  return `${all.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`;
}
