// Two socket.io servers on one http server and path would both answer each upgrade, and `ws` ends the process at the
// first one. Told here while it is still a matter of configuration: to the one that comes second.

import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { OptionError } from './options.ts';

type Listener = (...args: never[]) => unknown;

// On the http server, for all copies of this package in the process.
const pathsKey = Symbol.for('meetwire.paths');
type Marked = Server & { [pathsKey]?: Set<string> };

const overlap = (one: string, other: string): boolean => one.startsWith(other) || other.startsWith(one);

/**
 * Throws OptionError if another one is there under that path. One that comes later gets the same error out of its own
 * attaching, as far as its listener can be told to be one of socket.io's: Node tells of each listener before it is added.
 * Gives the undo. `path` without a slash at the end.
 */
export function keepPath(http: Server, path: string): { watch(): void; undo(): void } {
  const prefix = `${path.replace(/\/$/, '')}/`;
  const marked = http as Marked;
  const paths = (marked[pathsKey] ??= new Set());
  for (const taken of paths) {
    if (overlap(prefix, taken)) throw refusal(path, `Meetwire is attached to this http server under ${taken} already`);
  }
  if (http.listeners('upgrade').some((one) => isSocketIo(one as Listener, prefix))) {
    throw refusal(path, `another socket.io server is attached to this http server under ${path} already`);
  }
  paths.add(prefix);
  const later = (event: string | symbol, listener: Listener): void => {
    if (event === 'upgrade' && isSocketIo(listener, prefix)) {
      throw refusal(path, `another socket.io server is being attached under ${path}, where Meetwire is already`);
    }
  };
  return {
    watch: () => void http.on('newListener', later),
    undo: () => {
      http.off('newListener', later);
      paths.delete(prefix);
    },
  };
}

const refusal = (path: string, found: string): OptionError =>
  new OptionError('path', `${found}; both would answer the same requests. Give one of the two another path than ${path}`);

class Reached extends Error {}

/**
 * Whether that upgrade listener is an engine.io server's, of whatever version, which answers under the prefix. It keeps
 * its path in a closure, so it is asked with a request of ours. Before anything else an engine.io server reads the query
 * of a request under its path. A listener that does not look like one is not called: it is somebody's own.
 */
function isSocketIo(listener: Listener, prefix: string): boolean {
  const text = String((listener as { listener?: Listener }).listener ?? listener);
  if (!/\.handleUpgrade\(/.test(text) || !/destroyUpgrade/.test(text)) return false;
  const request = {
    url: prefix,
    headers: {},
    get _query(): never {
      throw new Reached();
    },
  };
  // Not writable: for a path that is not its own, an engine.io server would end it in a second.
  const socket = { writable: false, bytesWritten: 1, on: () => socket, once: () => socket };
  try {
    (listener as unknown as (request: IncomingMessage, socket: Duplex, head: Buffer) => void)(request as unknown as IncomingMessage, socket as unknown as Duplex, Buffer.alloc(0));
    return false;
  } catch (error) {
    return error instanceof Reached;
  }
}
