// One person of the world: a machine with a browser, its devices and its access to the network.

import type { Meeting } from '../sdk/meeting.ts';
import type { JoinOptions } from '../sdk/join.ts';
import type { Chance } from './chance.ts';
import type { PageWorld } from './page.ts';
import type { Traffic } from './network.ts';
import { placeOf } from '../../bindings/browser/place.ts';
import { loadClient } from '../../bindings/load-client.ts';
import { loadLegacyClient } from '../../bindings/load-legacy.ts';
import { LoadedClientCore } from '../../bindings/machine.ts';
import { joinIn, loadOnce } from '../sdk/join.ts';
import { FakeMediaDevices } from './fake-devices.ts';
import { Access } from './network.ts';
import { Page } from './page.ts';
import { VirtualDevices } from './virtual-devices.ts';
import { WorldError, checkNumber } from './world-error.ts';

const cores = {
  core: loadOnce(async () => new LoadedClientCore(await loadClient())),
  legacy: loadOnce(async () => new LoadedClientCore(await loadLegacyClient())),
};

/** Internal: before the first join, so that nothing is loaded while time is virtual. */
export const loadClientCore = (): Promise<LoadedClientCore> => cores.core();

/** Internal: what a person needs of the world. */
export interface PersonWorld extends PageWorld {
  /** Throws once the world is closed. */
  check(): void;
}

/**
 * One person's access to the network. All of it can be changed at any time, and holds for what is sent from then on.
 * A socket or a reliable channel loses nothing by it: what is lost is sent again, as TCP and SCTP do, which takes time.
 */
export class VirtualNetwork {
  readonly #access: Access;
  readonly #world: PersonWorld;
  readonly #page: () => Page;
  readonly #accessOf: (person: unknown) => Access;

  /** Internal: a person's is `person.network`. */
  constructor(access: Access, world: PersonWorld, page: () => Page, accessOf: (person: unknown) => Access) {
    this.#access = access;
    this.#world = world;
    this.#page = page;
    this.#accessOf = accessOf;
  }

  /** Nothing goes in or out any more, and nobody is told: a hole. `traffic`: only that to the server, or only that to the others. */
  cut(traffic?: Traffic): void {
    this.#change(traffic, (each) => this.#access.down.add(each));
  }

  mend(traffic?: Traffic): void {
    this.#change(traffic, (each) => this.#access.down.delete(each));
  }

  /** The socket to the server ends, as with another Wi-Fi or a proxy that restarts; a new one may be opened at once. */
  reset(): void {
    this.#world.check();
    this.#page().reset();
  }

  /** So much is lost on the way, from 0 to 1. */
  lose(rate: number): void {
    checkNumber('The rate of loss', rate, 0, 0.99);
    this.#access.loss = rate;
    this.#world.network.changed();
  }

  /**
   * One way, in milliseconds: `ms` and up to `jitter` more, by chance. With more jitter than lies between two messages, those
   * of an unordered channel overtake one another, and so does what comes from different people. Default: 5 and 10.
   */
  delay(ms: number, { jitter = 0 } = {}): void {
    checkNumber('The delay, in milliseconds,', ms, 0, 60_000);
    checkNumber('The jitter, in milliseconds,', jitter, 0, 60_000);
    Object.assign(this.#access, { delayMs: ms, jitterMs: jitter });
    this.#world.network.changed();
  }

  /** How fast data channels and files are, in bits per second. Default: 100 Mbit/s. */
  limit(bitsPerSecond: number): void {
    checkNumber('The bit rate', bitsPerSecond, 1_000, 1e12);
    this.#access.bytesPerMs = bitsPerSecond / 8_000;
  }

  /** No path straight to that person, as between two firewalls without a TURN server. */
  block(person: unknown): void {
    this.#between(person, (from, to) => from.blocked.add(to));
  }

  unblock(person: unknown): void {
    this.#between(person, (from, to) => from.blocked.delete(to));
  }

  #change(traffic: Traffic | undefined, change: (each: Traffic) => void): void {
    this.#world.check();
    if (!['signalling', 'media', undefined].includes(traffic)) throw new WorldError('invalid-argument', `There is no traffic ${traffic}: signalling or media`);
    for (const each of traffic ? [traffic] : (['signalling', 'media'] as const)) change(each);
    this.#world.network.changed();
  }

  #between(person: unknown, change: (from: Access, to: Access) => void): void {
    this.#world.check();
    const other = this.#accessOf(person);
    if (other === this.#access) throw new WorldError('invalid-argument', 'That is the same person');
    change(this.#access, other);
    change(other, this.#access);
    this.#world.network.changed();
  }
}

export class Person {
  /** In the log; the user id of `world.join`. */
  readonly name: string;
  readonly network: VirtualNetwork;
  readonly devices: VirtualDevices;
  /** As `join` of `meetwire`, with this person's devices over this person's network: to be handed to the application. */
  readonly join: (room: string, options?: JoinOptions) => Promise<Meeting>;
  /** As `online` of `meetwire`. */
  readonly online: (options?: JoinOptions) => Promise<Meeting>;
  readonly #world: PersonWorld;
  readonly #chance: Chance;
  readonly #media: FakeMediaDevices;
  readonly #access = new Access();
  #page: Page;

  /** Internal: use `world.person`. */
  constructor(name: string, chance: Chance, world: PersonWorld, accessOf: (person: unknown) => Access) {
    this.name = name;
    this.#world = world;
    this.#chance = chance;
    this.#media = new FakeMediaDevices({ later: (run) => this.#page.pace.later(run) }, name);
    this.#page = this.#open();
    this.network = new VirtualNetwork(this.#access, world, () => this.#page, accessOf);
    this.devices = new VirtualDevices(this.#media, world.report);
    this.join = (room, options) => this.#join(room ?? '', options);
    this.online = (options) => this.#join(undefined, options);
  }

  /** Internal. */
  get access(): Access {
    return this.#access;
  }

  /** The lid is closed: nothing runs, nothing comes in or goes out. The others notice by the silence. */
  sleep(): void {
    this.#world.check();
    this.#access.off = true;
    this.#setFrozen(true);
  }

  wake(): void {
    this.#world.check();
    this.#access.off = false;
    this.#setFrozen(false);
  }

  /** The tab is frozen (Page Lifecycle): its program stands still; its connections stay, and what comes in waits. */
  freeze(): void {
    this.#world.check();
    this.#setFrozen(true);
  }

  resume(): void {
    this.#world.check();
    this.#setFrozen(false);
  }

  /** The page goes away properly (`pagehide`): meetings are left. Joins come from a new page then. */
  closePage(): void {
    this.#world.check();
    this.#page.hide();
    this.#page = this.#open();
  }

  /** The page is gone without a word; its meetings never do anything again. Joins come from a new page then. */
  crash(): void {
    this.#world.check();
    this.#page.crash();
    this.#access.off = false;
    this.#page = this.#open();
    this.#world.network.changed();
  }

  /** Internal: the world ends. Whoever still can says goodbye. */
  wakeForGood(): void {
    Object.assign(this.#access, { off: false, loss: 0 });
    this.#access.down.clear();
    this.#setFrozen(false);
    this.#page.hide();
  }

  #open(): Page {
    return new Page(this.name, this.#access, this.#media, this.#chance.fork(), this.#world);
  }

  #setFrozen(frozen: boolean): void {
    if (this.#page.frozen === frozen) return this.#world.network.changed();
    this.#page.frozen = frozen;
    this.#world.log.add(this.name, frozen ? 'stands still' : 'goes on');
    this.#world.network.changed();
    if (!frozen) this.#world.network.timeline.thaw(this.#page);
  }

  async #join(room: string | undefined, options?: JoinOptions): Promise<Meeting> {
    this.#world.check();
    const page = this.#page;
    const load = async (which: keyof typeof cores): Promise<LoadedClientCore> => {
      const loading = cores[which]();
      this.#world.network.timeline.during(loading);
      return loading;
    };
    const ports = (url = '/'): ReturnType<Page['ports']> => {
      placeOf(url, 'https://meetwire.test/');
      return page.ports();
    };
    return joinIn({ load, ports }, room, options);
  }
}
