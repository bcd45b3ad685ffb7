// How texts cross the border to C++: through two buffers in the module's memory. bindings/door.hpp is the other side.

import type { LoadedModule } from './load-module.ts';

/** What each door has for it. */
export interface TextDoor {
  /** Room for so many bytes at least, with what is in it already: where it is, until there has to be more. */
  input(bytes: number): number;
  /** Where the last answer is. */
  output(): number;
}

export interface Texts {
  /** Writes a text behind those before it; gives where it ends. Lone surrogates become U+FFFD. */
  give(text: string, begin?: number): number;
  /** The answer, of so many bytes. */
  take(bytes: number): string;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function textsOf({ door, memory }: LoadedModule<TextDoor>): Texts {
  let input = 0;
  let room = 0;
  // Anew each time: where the memory grows its buffer is another one.
  const bytesAt = (at: number, length: number) => new Uint8Array(memory.buffer as ArrayBuffer, at, length);
  return {
    give(text, begin = 0) {
      // A unit of UTF-16 takes three bytes at most.
      const most = begin + text.length * 3;
      if (most > room) input = door.input((room = most));
      return begin + encoder.encodeInto(text, bytesAt(input + begin, room - begin)).written;
    },
    take: (bytes) => decoder.decode(bytesAt(door.output(), bytes)),
  };
}
