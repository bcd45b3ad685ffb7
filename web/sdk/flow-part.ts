// The part of a meeting that carries data, until it is needed: then the rest of it is loaded (flow/).
// Meanwhile it remembers which connections there are.

import type { ErrorTable, MeetingError } from '../../bindings/errors.ts';
import type { ClientPorts, PeerData } from '../../bindings/ports.ts';
import type { FileOffer } from './flow/files.ts';
import type { MeetingFlow } from './flow/index.ts';
import type { Meeting } from './meeting.ts';

/** Internal: what the part needs of its meeting. */
export interface FlowNeeds {
  readonly meeting: Meeting;
  readonly errors: ErrorTable;
  readonly ports: ClientPorts;
  /** False: nobody listens. */
  offer(offer: FileOffer): boolean;
  problem(peer: string, error: MeetingError): void;
}

/** Internal: the same as the part sees it once it is there. */
export interface FlowHost extends FlowNeeds {
  readonly links: ReadonlyMap<string, PeerData>;
  linkChanged: ((peer: string, data: PeerData | undefined) => void) | undefined;
}

export class FlowPart {
  readonly #links = new Map<string, PeerData>();
  readonly #host: FlowHost;
  #flow: Promise<MeetingFlow> | undefined;

  constructor(needs: FlowNeeds) {
    this.#host = { ...needs, links: this.#links, linkChanged: undefined };
  }

  /** Rejects with `internal`, retryable, when it cannot be loaded. */
  get(): Promise<MeetingFlow> {
    if (!this.#flow) {
      this.#flow = import('./flow/index.ts').then(({ startFlow }) => startFlow(this.#host)).catch((cause: unknown) => {
        this.#flow = undefined;
        throw this.#host.errors.make('internal', 'flow.js could not be loaded', cause);
      });
      this.#host.ports.clock.during?.(this.#flow);
    }
    return this.#flow;
  }

  dataChanged(peer: string, data: PeerData | undefined): void {
    if (data) this.#links.set(peer, data);
    else this.#links.delete(peer);
    this.#host.linkChanged?.(peer, data);
  }

  dataArrived(): void {
    this.get().catch(this.#host.ports.report);
  }
}
