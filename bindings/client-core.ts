// What the modules with a client's door have in common: their functions, with whole texts.

import type { LoadedModule } from './load-module.ts';
import type { TextDoor } from './texts.ts';
import { textsOf } from './texts.ts';

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

// As C++ has them: texts by where they end in the input, and by how long they are in the output.
export interface ClientDoor extends TextDoor {
  create(options: number): number;
  handle(handle: number, nowMs: number, event: number): number;
  receive(handle: number, nowMs: number, attempt: number, name: number, body: number): number;
  dispose(handle: number): void;
  errors(): number;
}

export function clientCoreOf(module: LoadedModule<ClientDoor>): ClientCore {
  const { door } = module;
  const { give, take } = textsOf(module);
  return {
    clientCreate: (optionsText) => door.create(give(optionsText)),
    clientHandle: (handle, nowMs, eventText) => take(door.handle(handle, nowMs, give(eventText))),
    clientReceive(handle, nowMs, attempt, name, body) {
      const nameEnd = give(name);
      return take(door.receive(handle, nowMs, attempt, nameEnd, give(body, nameEnd)));
    },
    clientDispose: (handle) => door.dispose(handle),
    clientErrors: () => take(door.errors()),
  };
}
