// By what a page proves that a place in a room is its own, when it asks for it a second time: mounted twice, or after a
// reload that came before its goodbye. Another tab has another claim, unless it was made as a copy of this one.

import type { ClaimsPort } from '../ports.ts';
import { PageMemory } from './memory.ts';
import { browserSecrets } from './random.ts';

export class Claims {
  readonly #memory: PageMemory;
  readonly #fresh: () => string;
  /** Of joins that are still under way: what takes them back. */
  readonly #underWay = new Map<string, () => void>();

  constructor(memory: PageMemory, fresh: () => string) {
    this.#memory = memory;
    this.#fresh = fresh;
  }

  /** `server`: rooms of the same name are others elsewhere. */
  at(server: string): ClaimsPort {
    return {
      take: (room, user, replaced) => {
        const place = JSON.stringify([server, room, user]);
        this.#underWay.get(place)?.();
        this.#underWay.set(place, replaced);
        const secret = this.#memory.get(place) ?? this.#fresh();
        this.#memory.set(place, secret);
        return {
          secret,
          settled: () => void (this.#underWay.get(place) === replaced && this.#underWay.delete(place)),
          forget: () => void (this.#memory.get(place) === secret && this.#memory.set(place, undefined)),
        };
      },
    };
  }
}

export const browserClaims = new Claims(new PageMemory('claims'), browserSecrets.id);
