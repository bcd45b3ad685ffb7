// Whether the name in `Host` can be believed. A page of evil.example whose name is pointed at this machine is, to the
// browser, of the same origin as the server: `Origin` and `Host` then agree and both are the attacker's. Such a page always
// comes straight to this port by a name of the public DNS; never by an address, nor by a name that only local networks
// know, nor by a proxy that has names of its own.

import { hostname } from 'node:os';
import { BlockList, isIP } from 'node:net';

/** `local` and `remote` are of the TCP connection. `listed`: the origins that may connect, if there is a list. */
export function believesHost(host: string | undefined, local: { port: number | undefined; remote: string | undefined }, listed?: readonly string[]): boolean {
  const url = urlOf(host);
  if (url === undefined) return false;
  const name = url.hostname;
  if (isIP(name.replace(/^\[|\]$/g, '')) !== 0 || isLocalName(name)) return true;
  if (listed !== undefined) return listed.includes('*') || listed.some((origin) => urlOf(origin.replace(/^[^:]+:\/\//, ''))?.hostname === name);
  // Only who is on the same machine or network can be made to come by a false name to what others cannot reach.
  const straight = (url.port === '' ? 80 : Number(url.port)) === local.port;
  return !straight || !isNear(local.remote);
}

/** Names that the public DNS does not give to anybody (RFC 6761, RFC 6762, RFC 8375), and names without a dot. */
function isLocalName(name: string): boolean {
  return !name.includes('.') || /\.(localhost|local|internal|test|home\.arpa)$/.test(name) || name === hostname().toLowerCase();
}

const near = new BlockList();
for (const [network, bits] of [['127.0.0.0', 8], ['10.0.0.0', 8], ['172.16.0.0', 12], ['192.168.0.0', 16], ['169.254.0.0', 16], ['100.64.0.0', 10]] as const) {
  near.addSubnet(network, bits, 'ipv4');
}
for (const [network, bits] of [['::1', 128], ['fc00::', 7], ['fe80::', 10]] as const) near.addSubnet(network, bits, 'ipv6');

function isNear(address = ''): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').split('%')[0]!;
  return isIP(plain) !== 0 && near.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
}

function urlOf(host: string | undefined): URL | undefined {
  try {
    return host === undefined || host === '' ? undefined : new URL(`http://${host}`);
  } catch {
    return undefined;
  }
}
