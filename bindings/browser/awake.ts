// An AudioContext that runs as soon as the browser lets it. It begins suspended where the user has not clicked on the
// page yet, and phones interrupt it for a call.

import type { Undo } from '../ports.ts';
import { onGesture } from './gestures.ts';

/** Gives the undo, which leaves the context as it is. */
export function keepAwake(context: AudioContext): Undo {
  const wake = (): void => {
    if (context.state !== 'running' && context.state !== 'closed') void context.resume().catch(() => {});
  };
  wake();
  context.addEventListener('statechange', wake);
  const undo = onGesture(window, wake);
  return () => {
    undo();
    context.removeEventListener('statechange', wake);
  };
}
