// What a page keeps for itself, and finds again after its reload: small texts by name, in memory and in the session
// storage. Of each kind only the newest few. Where storage is switched off, or there is none, memory serves until the reload.

/** As much of `sessionStorage` as is used here. */
export type Storage = Pick<globalThis.Storage, 'getItem' | 'setItem'>;

const entriesMax = 16;

export class PageMemory {
  readonly #key: string;
  readonly #storage: () => Storage | undefined;
  #entries: Map<string, string> | undefined;

  /** `kind`: apart from other memories of the page. */
  constructor(kind: string, storage: () => Storage | undefined = () => globalThis.sessionStorage) {
    this.#key = `meetwire.${kind}`;
    this.#storage = storage;
  }

  get(name: string): string | undefined {
    return this.#read().get(name);
  }

  /** `text` undefined: forgotten. */
  set(name: string, text: string | undefined): void {
    const entries = this.#read();
    entries.delete(name);
    if (text !== undefined) entries.set(name, text);
    for (const oldest of entries.keys()) {
      if (entries.size <= entriesMax) break;
      entries.delete(oldest);
    }
    try {
      this.#storage()?.setItem(this.#key, JSON.stringify([...entries]));
    } catch {
      // Full, or forbidden: the page has it all the same.
    }
  }

  #read(): Map<string, string> {
    return (this.#entries ??= new Map(this.#stored()));
  }

  // Anything may stand there: other scripts of the origin write to the same storage.
  #stored(): [string, string][] {
    try {
      const found: unknown = JSON.parse(this.#storage()?.getItem(this.#key) ?? '[]');
      if (!Array.isArray(found)) return [];
      return found.filter((entry): entry is [string, string] => Array.isArray(entry) && entry.length === 2 && entry.every((one) => typeof one === 'string'));
    } catch {
      return [];
    }
  }
}
