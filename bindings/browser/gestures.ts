// What a browser counts as a user's gesture, after which it lets a page play sound (HTML, "activation triggering input
// event"). A touch that scrolls is none: what is tried then is refused again, and the next one is waited for.

import type { Undo } from '../ports.ts';

const types = ['click', 'keydown', 'pointerup', 'touchend'];

/** Calls back at each gesture within the window or document, before the page's own listeners. Gives the undo. */
export function onGesture(place: EventTarget, call: () => void): Undo {
  for (const type of types) place.addEventListener(type, call, true);
  return () => {
    for (const type of types) place.removeEventListener(type, call, true);
  };
}
