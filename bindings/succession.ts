// How one machine of the core takes over from another in the middle of a join: the server turned out to speak a dialect
// that the module at hand does not carry. All that goes into a machine is data; so the successor, told what its
// predecessor was told, is where that one is. Nothing that is open has to be closed for it.

import type { ClientCommand, ClientEvent, DialectName } from './client-types.ts';
import type { ClientMachine, Step } from './machine.ts';

/** Loads the module that has the dialect; what it resolves to makes the machine that goes on. */
export type LoadHeir = (dialect: DialectName) => Promise<() => ClientMachine>;

export class Succession {
  readonly #load: LoadHeir;
  #told: [now: number, event: ClientEvent][] = [];
  #open = true;

  constructor(load: LoadHeir) {
    this.#load = load;
  }

  /** Whether there can still be an heir: until somebody has let us in, or we have given up. */
  get open(): boolean {
    return this.#open;
  }

  note(now: number, event: ClientEvent): void {
    if (this.#open) this.#told.push([now, event]);
  }

  close(): void {
    this.#open = false;
    this.#told = [];
  }

  /**
   * The heir and what is left to be done; undefined when it comes too late. Its predecessor has done the rest, under the
   * same operation ids: but for the words of the new dialect, and all that the newest event calls for.
   */
  async heir(dialect: DialectName): Promise<{ machine: ClientMachine; step: Step<ClientCommand> } | undefined> {
    const make = await this.#load(dialect);
    if (!this.#open) return undefined;
    const machine = make();
    const step: Step<ClientCommand> = { commands: [] };
    const told = this.#told;
    for (const [index, [now, event]] of told.entries()) {
      const { commands, wakeAt } = machine.handle(now, event);
      step.commands.push(...commands.filter(({ type }) => index === told.length - 1 || type === 'send'));
      step.wakeAt = wakeAt;
    }
    this.close();
    return { machine, step };
  }
}
