// What the modules with a client's door have in common: their functions, with whole texts.

import type { TextDoor } from './texts.ts';
import { give, take } from './texts.ts';

/** The functions of bindings/client_door.hpp, with whole texts. They are JSON; a handle belongs to the instance that gave it. */
export interface ClientCore {
  clientCreate(optionsText: string): number;
  clientHandle(handle: number, nowMs: number, eventText: string): string;
  /** A `message_arrived` event, field by field. */
  clientReceive(handle: number, nowMs: number, attempt: number, name: string, body: string): string;
  clientDispose(handle: number): void;
  /** Every error there is: [{code, blame, retryable, message}]. */
  clientErrors(): string;
}

/** As C++ has them: texts that are given by where they end in the input, those that are answered as views of the memory. */
export interface ClientDoor extends TextDoor {
  create(options: number): number;
  handle(handle: number, nowMs: number, event: number): Uint8Array<ArrayBuffer>;
  receive(handle: number, nowMs: number, attempt: number, name: number, body: number): Uint8Array<ArrayBuffer>;
  dispose(handle: number): void;
  errors(): Uint8Array<ArrayBuffer>;
}

export const clientCoreOf = (door: ClientDoor): ClientCore => ({
  clientCreate: (optionsText) => door.create(give(door, optionsText)),
  clientHandle: (handle, nowMs, eventText) => take(door.handle(handle, nowMs, give(door, eventText))),
  clientReceive(handle, nowMs, attempt, name, body) {
    const nameEnd = give(door, name);
    return take(door.receive(handle, nowMs, attempt, nameEnd, give(door, body, nameEnd)));
  },
  clientDispose: (handle) => door.dispose(handle),
  clientErrors: () => take(door.errors()),
});
