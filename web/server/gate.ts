// Who may come in: each request is judged before a transport is made for it. Says in the log who was turned away.

import type { IncomingMessage } from 'node:http';
import type { Logger } from './log.ts';
import { Occasional } from './log.ts';
import { mayConnect } from './origin.ts';

export interface GateParts {
  readonly origins: readonly string[] | undefined;
  readonly log: Logger;
  /** Why nobody may come in at all at the moment. */
  readonly shut: () => string | undefined;
}

export class Gate {
  readonly #origins: readonly string[] | undefined;
  readonly #refusals: Occasional;
  readonly #shut: () => string | undefined;

  constructor({ origins, log, shut }: GateParts) {
    this.#origins = origins;
    this.#refusals = new Occasional(log, 'connections refused');
    this.#shut = shut;
  }

  /** Why this request may not open a transport; undefined if it may. */
  refusalOf(request: IncomingMessage): string | undefined {
    const shut = this.#shut();
    if (shut !== undefined) return shut;
    const { origin, host } = request.headers;
    if (mayConnect(origin, host, this.#origins)) return undefined;
    return `origin-refused: pages of ${origin} may not connect; add it to the server's allowed origins`;
  }

  /** What Access-Control-Allow-Origin says; false for none. */
  corsOrigin(request: IncomingMessage): string | false {
    const { origin, host } = request.headers;
    return origin !== undefined && mayConnect(origin, host, this.#origins) ? origin : false;
  }

  /** A request was turned away, here or by engine.io. */
  refused(message: string, reason: unknown): void {
    this.#refusals.happened({ reason: typeof reason === 'string' ? reason.slice(0, 200) : message });
  }

  close(): void {
    this.#refusals.close();
  }
}
