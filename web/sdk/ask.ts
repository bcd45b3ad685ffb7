// What one can ask of the room about people, as the core can read it.

import type { ClientEvent, Role, RoomAction, Source } from '../../bindings/client-types.ts';
import { MeetingError } from '../../bindings/errors.ts';
import { isWellFormed } from '../../bindings/machine.ts';

type Request = Extract<ClientEvent, { type: 'room_requested' }>;
/** Internal: what a request is about. */
export type About = Partial<Pick<Request, 'user' | 'name' | 'text' | 'values' | 'role' | 'source'>>;
/** Internal. */
export type Ask = (action: RoomAction, about?: About) => Promise<void>;

const isText = (value: unknown): boolean => typeof value === 'string' && isWellFormed(value);
const isOneOf = (...words: (Role | Source)[]) => (value: unknown): boolean => words.includes(value as Role);
const isGood: Record<keyof About, (value: unknown) => boolean> = {
  user: isText,
  name: isText,
  text: isText,
  values: (value) => value !== null && typeof value === 'object' && Object.entries(value).flat().every(isText),
  role: isOneOf('host', 'guest', 'viewer'),
  source: isOneOf('camera', 'microphone', 'screen'),
};

/** Internal. */
export type MakeRequest = (make: (request: number, id: string) => ClientEvent) => Promise<void>;

const nothing = { user: '', name: '', text: '', values: {}, role: 'guest', source: 'microphone' } as const;

/** Internal: `request` gets only what the core can read; anything else is refused as `invalid-argument`. */
export const askBy = (request: MakeRequest): Ask => (action, about = {}) => {
  for (const [what, value] of Object.entries(about)) {
    if (isGood[what as keyof About](value)) continue;
    return Promise.reject(new MeetingError({ code: 'invalid-argument', message: `${action}: ${what} is not what it has to be.` }));
  }
  return request((request, id) => ({ type: 'room_requested', request, id, action, ...nothing, ...about }));
};
