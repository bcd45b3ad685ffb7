// Through which device an element of the page plays: setSinkId, where the browser has it (Audio Output Devices API).

import type { ErrorCode } from '../client-types.ts';
import { MeetingError } from '../errors.ts';

const codes: Record<string, ErrorCode> = { NotFoundError: 'not-found', NotAllowedError: 'permission-denied', SecurityError: 'permission-denied' };

/** `device`: empty for the system's own. Rejects with `device-unsupported`, `not-found`, `permission-denied` or `device-failed`. */
export async function playThrough(element: HTMLMediaElement, device: string): Promise<void> {
  try {
    // The system's own is where everything plays that was told nothing.
    if (device === (element.sinkId ?? '')) return;
    if (!element.setSinkId) throw new MeetingError({ code: 'device-unsupported', blame: 'device', message: 'This browser plays through the system\'s own device only.' });
    await element.setSinkId(device);
  } catch (cause) {
    if (cause instanceof MeetingError) throw cause;
    const { name, message } = cause as Error;
    throw new MeetingError({ code: codes[name] ?? 'device-failed', blame: 'device', retryable: true, detail: message }, { cause });
  }
}
