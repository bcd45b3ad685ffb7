// The part of a meeting that shows it in an element, until it is loaded.

import type { ErrorTable } from '../../bindings/errors.ts';
import type { Undo } from '../../bindings/ports.ts';
import type { Meeting } from './meeting.ts';
import type { MountEvents } from './mount.ts';
import { onFirstUse } from './on-first-use.ts';

/** Internal: `Meeting.mount`. After the meeting's end nothing is shown. */
export function mountWhenLoaded(meeting: Meeting, element: Element, events: MountEvents, errors: ErrorTable, report: (error: unknown) => void): Undo {
  let unmount: Undo | undefined;
  let wanted = meeting.state !== 'left';
  onFirstUse(errors, 'mount', () => import('./mount.ts'))().then(({ mount }) => {
    if (wanted) unmount = mount(meeting, element, events);
  }, report);
  return () => {
    wanted = false;
    unmount?.();
    unmount = undefined;
  };
}
