// The descriptions of a fake connection: those both sides have agreed on, and those that are pending.

import { Configured } from './fake-configuration.ts';
import { readSdp } from './fake-sdp.ts';

type Description = RTCSessionDescriptionInit | null;

// Asked for at every turn.
const ufrags = new WeakMap<RTCSessionDescriptionInit, string>();

export function ufragOf(description: Description): string {
  if (!description) return '';
  let ufrag = ufrags.get(description);
  if (ufrag === undefined) ufrags.set(description, (ufrag = readSdp(description.sdp ?? '').ufrag));
  return ufrag;
}

export class Described extends Configured {
  protected local: Description = null;
  protected remote: Description = null;
  protected stableLocal: Description = null;
  protected stableRemote: Description = null;

  get hasDataLine(): boolean {
    const has = (description: Description): boolean => readSdp(description?.sdp ?? '').lines.some(({ kind }) => kind === 'application');
    return has(this.currentLocalDescription) && has(this.currentRemoteDescription);
  }

  get localDescription(): Description {
    return this.local;
  }

  get remoteDescription(): Description {
    return this.remote;
  }

  get currentLocalDescription(): Description {
    return this.stableLocal;
  }

  get currentRemoteDescription(): Description {
    return this.stableRemote;
  }

  get pendingLocalDescription(): Description {
    return this.local === this.stableLocal ? null : this.local;
  }

  get pendingRemoteDescription(): Description {
    return this.remote === this.stableRemote ? null : this.remote;
  }

  protected agree(): void {
    this.stableLocal = this.local;
    this.stableRemote = this.remote;
  }

  protected revert(): void {
    this.local = this.stableLocal;
    this.remote = this.stableRemote;
  }

  /** Those of the own description, or fresh ones where there is none or it has to be replaced. */
  protected credentials(replace: boolean, names: { names: number }): string {
    const own = ufragOf(this.local);
    return own !== '' && !replace ? own : `u${++names.names}`;
  }
}
