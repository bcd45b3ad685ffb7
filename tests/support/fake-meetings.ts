// Two or more who have met in a fake world, for the tests of what flows between them.

import type { Meeting } from '../../web/sdk/meeting.ts';
import type { FakeDataChannel } from '../../web/testing/fake-data-channel.ts';
import type { FakePeerConnection } from '../../web/testing/fake-peer-connection.ts';
import { FakeWorld, type Person } from './fake-world.ts';
import { until } from './waiting.ts';

export interface Guest {
  readonly meeting: Meeting;
  readonly person: Person;
}

export interface Met {
  readonly world: FakeWorld;
  readonly ada: Guest;
  readonly ben: Guest;
  /** The connection is lost, and its successor is there. */
  breakConnection(): Promise<void>;
  close(): Promise<void>;
}

/** All open channels of that label, at all ends. */
export const channelsOf = (world: FakeWorld, label: string): FakeDataChannel[] =>
  [...world.wire.open].flatMap((connection) => connection.channels.filter((each) => each.label === label && each.readyState === 'open'));

export const connected = (...guests: Guest[]): Promise<unknown> =>
  until('all are connected', () =>
    guests.every(({ meeting }) => meeting.participants.size === guests.length - 1 && [...meeting.participants.values()].every(({ connection }) => connection === 'connected')),
  );

/** Ada and Ben, in one room and connected. */
export async function meet(): Promise<Met> {
  const world = await FakeWorld.make();
  const ada = await world.join('room', { user: 'ada', name: 'Ada' });
  const ben = await world.join('room', { user: 'ben', name: 'Ben' });
  await connected(ada, ben);
  return {
    world,
    ada,
    ben,
    async breakConnection() {
      const before = [...world.wire.open] as FakePeerConnection[];
      for (const connection of before) {
        // What would heal it is refused, so that the links begin anew at once and not after a deadline.
        connection.setLocalDescription = () => Promise.reject(new DOMException('broken', 'OperationError'));
        connection.report('failed');
      }
      await until('there are new connections', () => before.every((each) => !world.wire.open.has(each)), 20_000);
      await connected(ada, ben);
    },
    async close() {
      await Promise.all([ada.meeting.leave(), ben.meeting.leave()]);
      world.close();
    },
  };
}
