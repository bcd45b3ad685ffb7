// What the page may capture with. All of it can be asked before a meeting, and does nothing on an insecure page.

import type { Device } from '../../bindings/browser/media-devices.ts';
import type { Permission } from '../../bindings/browser/permissions.ts';
import { MeetingError } from '../../bindings/errors.ts';
import { listDevices, onDevicesChanged } from '../../bindings/browser/media-devices.ts';
import { onPermissionsChanged, permissionFor } from '../../bindings/browser/permissions.ts';
import { report } from '../../bindings/browser/ports.ts';
import type { ListenOptions, Undo } from './events.ts';

export { cameraDefaults } from '../../bindings/browser/media-devices.ts';
export type { Device, Permission };

const sources = ['camera', 'microphone'] as const;

export const devices = {
  /** Labels are empty until the user has permitted a device of that kind. Empty on an insecure page. */
  list: (): Promise<Device[]> => listDevices(),

  /**
   * `change`: something was plugged in or out. `permission`: `permissions()` has become another, where the browser tells.
   * Gives the undo. Throws `invalid-argument`.
   */
  on(type: 'change' | 'permission', listener: () => void, { signal }: ListenOptions = {}): Undo {
    if (!['change', 'permission'].includes(type) || typeof listener !== 'function') throw new MeetingError({ code: 'invalid-argument' });
    if (signal?.aborted) return () => {};
    const tell = (): void => {
      try {
        listener();
      } catch (error) {
        report(error);
      }
    };
    const stop = type === 'change' ? onDevicesChanged(tell) : onPermissionsChanged(sources, tell);
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
