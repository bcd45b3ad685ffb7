// One page of one person's browser: the ports that the SDK stands on there, over the virtual network and fake media. When
// it crashes it is gone with all that it held; the person may open another one.

import type { ClientPorts, TransportPort } from '../../bindings/ports.ts';
import type { Chance } from './chance.ts';
import type { ChannelPath } from './fake-data-channel.ts';
import type { FakeMediaDevices } from './fake-devices.ts';
import type { FakePeerConnection } from './fake-peer-connection.ts';
import type { Seat } from './fake-seat.ts';
import type { LinePage } from './line.ts';
import type { Log } from './log.ts';
import type { Network } from './network.ts';
import type { Pace } from './pace.ts';
import type { Server } from './server.ts';
import type { Task } from './timeline.ts';
import { Claims } from '../../bindings/browser/claims.ts';
import { PageMemory } from '../../bindings/browser/memory.ts';
import { BrowserDevices } from '../../bindings/browser/media-devices.ts';
import { peerPort } from '../../bindings/browser/peer-connection.ts';
import { FakeStream, asStream } from './fake-media.ts';
import { Line } from './line.ts';
import { Access } from './network.ts';
import { DataPath, type Paths } from './paths.ts';

/** What all pages of a world share. */
export interface PageWorld {
  readonly network: Network;
  readonly paths: Paths;
  readonly server: Server;
  readonly log: Log;
  report(error: unknown): void;
}

// What a browser takes for an operation of a connection, for asking a device, for an event.
const operationMsMax = 2;

export class Page implements LinePage, Seat<FakePeerConnection> {
  readonly name: string;
  readonly access: Access;
  readonly pace: Pace = { later: (run) => this.#later(run) };
  readonly waiting: Task[] = [];
  frozen = false;
  readonly #world: PageWorld;
  readonly #chance: Chance;
  readonly #media: FakeMediaDevices;
  readonly #lines = new Set<Line>();
  readonly #hiding = new Set<() => void>();
  readonly #claims = new Claims(new PageMemory('claims', () => undefined), () => this.#chance.text(26));
  #last = 0;

  constructor(name: string, access: Access, media: FakeMediaDevices, chance: Chance, world: PageWorld) {
    this.name = name;
    this.access = access;
    this.#media = media;
    this.#chance = chance;
    this.#world = world;
  }

  /** For one meeting. */
  ports(): ClientPorts {
    const { network, paths, report } = this.#world;
    const { timeline } = network;
    const stream = (): MediaStream => asStream(new FakeStream());
    return {
      clock: {
        now: () => Math.floor(timeline.now),
        at: (instant, wake) => timeline.at(instant, wake, this),
        during: (work) => timeline.during(work),
      },
      secrets: { id: () => this.#chance.text(26), seed: () => this.#chance.below(2 ** 32) },
      claims: this.#claims.at(''),
      transport: this.#transport(),
      peers: peerPort({ PeerConnection: paths.constructorFor(this), stream, report }),
      devices: new BrowserDevices({
        mediaDevices: () => this.#media as unknown as MediaDevices,
        permission: async (source) => this.#media.permission(source),
        stream,
        player: () => this.#player(),
      }),
      onPageHide: (listener) => {
        this.#hiding.add(listener);
        return () => this.#hiding.delete(listener);
      },
      report,
    };
  }

  pathOf(connection: FakePeerConnection): ChannelPath {
    return new DataPath(this.#world.network, connection);
  }

  /** The sockets end, at both ends at once. */
  reset(): void {
    for (const line of [...this.#lines]) line.reset();
  }

  /** As when the person goes to another page: what wants to say goodbye does. */
  hide(): void {
    for (const listener of [...this.#hiding]) listener();
  }

  /** Nothing of it ever happens again. */
  crash(): void {
    this.frozen = true;
    this.waiting.length = 0;
    for (const line of [...this.#lines]) line.abandon();
    for (const connection of [...this.#world.paths.open]) if (connection.seat === this) connection.vanish();
    for (const track of this.#media.live) track.stop();
  }

  #transport(): TransportPort {
    const { network, server } = this.#world;
    return {
      open: (command, events) => {
        for (const each of this.#lines) if (each.isOver) this.#lines.delete(each);
        const line = new Line(network, this, server, command, events);
        this.#lines.add(line);
        return line;
      },
    };
  }

  // In the order in which it was put off.
  #later(run: () => void): void {
    const { timeline } = this.#world.network;
    const instant = Math.max(this.#last, timeline.now + this.#chance.fraction() * operationMsMax);
    this.#last = instant;
    timeline.post(instant - timeline.now, run, this);
  }

  #player(): HTMLMediaElement {
    const element = {
      sinkId: '',
      setSinkId: async (device: string): Promise<void> => {
        const isThere = this.#media.plugged.some(({ deviceId, kind }) => kind === 'audiooutput' && deviceId === device);
        if (device !== '' && !isThere) throw new DOMException('no such device', 'NotFoundError');
        element.sinkId = device;
      },
    };
    return element as unknown as HTMLMediaElement;
  }
}
