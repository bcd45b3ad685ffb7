// The part of a meeting that carries data, until it is needed: then the rest of it is loaded (flow/).
// Meanwhile it remembers which connections there are.

import type { PeerData, Undo } from '../../bindings/ports.ts';
import type { FlowHost, FlowNeeds } from './flow/host.ts';
import type { MeetingFlow } from './flow/index.ts';
import { onFirstUse, whileWanted } from './on-first-use.ts';

export class FlowPart {
  readonly #links = new Map<string, PeerData>();
  readonly #host: FlowHost;
  readonly #watches = new Set<() => void>();
  /** Rejects with `internal` when it cannot be loaded. */
  readonly get: () => Promise<MeetingFlow>;

  constructor(needs: FlowNeeds) {
    this.#host = { ...needs, links: this.#links, linkChanged: undefined, fileListened: undefined };
    this.get = onFirstUse(needs, 'flow', async () => (await import('./flow/index.ts')).startFlow(this.#host));
  }

  /** Is carried out once there are two to share the line: for one it would change nothing. Throws `invalid-argument`. */
  watch(...given: Parameters<MeetingFlow['watch']>): Undo {
    const [, source, sight, { priority = 'normal' } = {}] = given;
    const isSight = typeof sight === 'object' && sight !== null && ('ownerDocument' in sight || sight.width >= 0);
    if (!['camera', 'screen'].includes(source) || !['normal', 'high'].includes(priority) || !isSight) {
      throw this.#host.errors.make('invalid-argument', 'watch');
    }
    let undo: Undo | undefined;
    const begin = (): void => void (undo = whileWanted(this.get, (flow) => flow.watch(...given), this.#host.ports.report));
    this.#watches.add(begin);
    this.#beginWatches();
    return () => {
      this.#watches.delete(begin);
      undo?.();
    };
  }

  dataChanged(peer: string, data: PeerData | undefined): void {
    if (data) this.#links.set(peer, data);
    else this.#links.delete(peer);
    this.#host.linkChanged?.(peer, data);
    this.#beginWatches();
  }

  /** The application has begun to listen for files. */
  fileListened(): void {
    this.#host.fileListened?.();
  }

  dataArrived(): void {
    this.get().catch(this.#host.ports.report);
  }

  #beginWatches(): void {
    if (this.#links.size < 2) return;
    for (const begin of this.#watches) begin();
    this.#watches.clear();
  }
}
