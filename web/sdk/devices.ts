// What the page may capture with. All of it can be asked before a meeting, and does nothing on an insecure page.

import type { Device, Permission } from '../../bindings/browser/media-devices.ts';
import { listDevices, onDevicesChanged, permissionFor } from '../../bindings/browser/media-devices.ts';
import { report } from '../../bindings/browser/ports.ts';
import type { ListenOptions, Undo } from './events.ts';

export type { Device, Permission };

export const devices = {
  /** Labels are empty until the user has permitted a device of that kind. Empty on an insecure page. */
  list: (): Promise<Device[]> => listDevices(),

  /** Something was plugged in or out. Gives the undo. */
  on(type: 'change', listener: () => void, { signal }: ListenOptions = {}): Undo {
    if (type !== 'change' || signal?.aborted) return () => {};
    const stop = onDevicesChanged(() => {
      try {
        listener();
      } catch (error) {
        report(error);
      }
    });
    const undo = (): void => {
      stop();
      signal?.removeEventListener('abort', undo);
    };
    signal?.addEventListener('abort', undo);
    return undo;
  },

  /** Asks nobody. `unknown` where the browser does not tell. */
  async permissions(): Promise<{ camera: Permission; microphone: Permission }> {
    const [camera, microphone] = await Promise.all([permissionFor('camera'), permissionFor('microphone')]);
    return { camera, microphone };
  },
};
