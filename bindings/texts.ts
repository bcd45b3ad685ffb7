// How texts cross the border to C++: as UTF-8, through views of the module's memory. bindings/door.hpp is the other side.

/** What each door has for it. */
export interface TextDoor {
  /** Room for so many bytes at least, with what is in it already. The view is valid until the next call. */
  input(bytes: number): Uint8Array<ArrayBuffer>;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Writes a text behind those before it; gives where it ends. Lone surrogates become U+FFFD. */
export function give(door: TextDoor, text: string, begin = 0): number {
  // A unit of UTF-16 takes three bytes at most.
  const room = door.input(begin + text.length * 3);
  return begin + encoder.encodeInto(text, room.subarray(begin)).written;
}

/** An answer, before the next call. */
export const take = (answer: Uint8Array<ArrayBuffer>): string => decoder.decode(answer);
