// A client's socket.io argument as the JSON text that the core reads, whatever it is.
//
// The core does the judging; this only keeps JSON.stringify, which recurses, from what would hurt it, and hands on
// in its place a text with the same fault, so that the client gets the same typed error.

/** Of the event that carries Meetwire's own envelopes: its argument is JSON text already. */
export const ownEvent = 'meetwire';

// Twice what the core takes, so that the core's own bound is the one that is met.
const depthMax = 64;
const tooDeep = '['.repeat(depthMax + 1) + ']'.repeat(depthMax + 1);

/** What stands for an attachment: not JSON, as an attachment is not. */
export const notJson = 'binary';

// No name that anything understands is near it.
const nameLengthMax = 128;

export function frameName(name: unknown): string {
  return String(name).slice(0, nameLengthMax);
}

/** Empty when there was no argument; an acknowledgement callback is none. */
export function frameBody(name: string, argument: unknown): string {
  if (argument === undefined || typeof argument === 'function') return '';
  if (typeof argument === 'string') return name === ownEvent ? argument : JSON.stringify(argument);
  return faultOf(argument) ?? JSON.stringify(argument);
}

// Level by level, without recursion. What comes from a JSON parser has no cycles, and were there one, depth would end it.
function faultOf(root: unknown): string | undefined {
  let level: unknown[] = [root];
  for (let depth = 0; level.length > 0; ++depth) {
    if (depth > depthMax) return tooDeep;
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue;
      if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return notJson;
      for (const child of Array.isArray(value) ? value : Object.values(value)) {
        if (typeof child === 'object' && child !== null) next.push(child);
      }
    }
    level = next;
  }
  return undefined;
}
