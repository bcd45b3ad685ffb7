// Who comes to a classic meeting in a test: our SDK, and doubles of the course's pages. Sockets are real; connections are fakes
// that insist on what browsers insist on.

import { socketPort } from '../../bindings/browser/socket.ts';
import type { JoinOptions } from '../../web/sdk/join.ts';
import type { Meeting } from '../../web/sdk/meeting.ts';
import { ClassicClient } from './classic-client.ts';
import type { ClassicClientOptions } from './classic-client.ts';
import { peersOf } from './classic-peers.ts';
import { FakeWorld } from './fake-world.ts';
import type { Harness } from './server-harness.ts';

export class ClassicCourse {
  readonly world: FakeWorld;
  readonly #harness: Harness;

  private constructor(world: FakeWorld, harness: Harness) {
    this.world = world;
    this.#harness = harness;
  }

  /** Ends with the harness, as does whoever comes. */
  static async begin(harness: Harness): Promise<ClassicCourse> {
    const world = await FakeWorld.make();
    harness.later(() => world.close());
    return new ClassicCourse(world, harness);
  }

  /** One of ours, with a camera. */
  async join(url: string, room: string, user: string, options: Partial<JoinOptions> = {}): Promise<Meeting> {
    const person = this.world.person();
    person.ports.transport = socketPort(url, undefined);
    const meeting = await this.world.joinAs(person, room, { user, camera: true, ...options });
    this.#harness.later(() => meeting.leave());
    return meeting;
  }

  /** One of the course's pages. */
  async enter(url: string, options: ClassicClientOptions): Promise<ClassicClient> {
    const client = new ClassicClient(url, { peers: peersOf(this.world.wire), ...options });
    this.#harness.later(() => client.close());
    await client.connect();
    return client;
  }
}
