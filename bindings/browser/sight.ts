// How large an element is on the user's screen, for as long as it is to be seen. Loaded with the rest of what flows
// between participants.

import type { Undo } from '../ports.ts';

/**
 * Calls back with the element's width in device pixels, and with 0 while it is scrolled out of sight, not displayed, or the
 * page is in the background; as soon as the browser knows, and whenever it changes.
 */
export function watchSight(element: Element, told: (width: number) => void): Undo {
  // It may be moved into another window, as that of a picture in a picture; then the other page is the one that counts.
  let page = element.ownerDocument;
  let intersects = false;
  let last: number | undefined;
  const tell = (): void => {
    if (page !== element.ownerDocument) {
      listen(false);
      page = element.ownerDocument;
      listen(true);
    }
    // A picture that floats above other windows is seen although its page is not.
    const floats = page.pictureInPictureElement;
    const isSeen = floats !== null && floats !== undefined && element.contains(floats) ? true : intersects && !page.hidden;
    const width = isSeen ? Math.round(element.clientWidth * (page.defaultView?.devicePixelRatio ?? 1)) : 0;
    if (width === last) return;
    last = width;
    told(width);
  };
  const intersections = new IntersectionObserver((entries) => {
    intersects = entries.at(-1)?.isIntersecting ?? false;
    tell();
  });
  const sizes = new ResizeObserver(tell);
  intersections.observe(element);
  sizes.observe(element);
  const events = ['visibilitychange', 'enterpictureinpicture', 'leavepictureinpicture'] as const;
  // The latter two bubble from the video; leaving is told before the document knows.
  const later = (): void => queueMicrotask(tell);
  const listen = (on: boolean): void => {
    for (const type of events) page[on ? 'addEventListener' : 'removeEventListener'](type, later);
  };
  listen(true);
  return () => {
    intersections.disconnect();
    sizes.disconnect();
    listen(false);
  };
}
