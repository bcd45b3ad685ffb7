// Days drawn from a seed, in a virtual world: people change what they share while all kinds of things go wrong. Once nothing
// goes wrong any more everybody sees everybody, whatever came before. It holds the fakes to that as much as the SDK.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Source } from '../../bindings/client-types.ts';
import type { VirtualMeeting, VirtualWorld } from '../../web/testing/index.ts';
import { Chance } from '../../web/testing/chance.ts';
import { virtualWorld } from '../../web/testing/index.ts';

const sources: Source[] = ['camera', 'microphone', 'screen'];
const quietly = (work: Promise<unknown>): void => void work.catch(() => {});

const events: ((one: VirtualMeeting, other: VirtualMeeting, world: VirtualWorld) => unknown)[] = [
  (one) => quietly(one.camera.start()),
  (one) => quietly(one.camera.stop()),
  (one) => quietly(one.screen.start({ audio: true })),
  (one) => quietly(one.screen.stop()),
  (one) => quietly(one.microphone.mute()),
  (one) => quietly(one.microphone.unmute()),
  (one) => quietly(one.chat.send('hello')),
  (one, other, world) => world.together(() => one.screen.start(), () => other.camera.start()),
  (one) => one.network.cut(),
  (one) => one.network.cut('media'),
  (one) => one.network.mend(),
  (one) => one.network.reset(),
  (one) => one.network.lose(0.3),
  (one) => one.network.delay(100, { jitter: 300 }),
  (one, other) => one !== other && one.network.block(other),
  (one) => one.freeze(),
  (one) => one.resume(),
  (one) => one.sleep(),
  (one) => one.wake(),
  (_one, _other, world) => world.server.restart(),
];

function mend(people: readonly VirtualMeeting[]): void {
  for (const one of people) {
    one.network.mend();
    one.network.lose(0);
    one.wake();
    for (const other of people) if (one !== other) one.network.unblock(other);
  }
}

/** What is not yet as it should be. */
function complaints(people: readonly VirtualMeeting[], world: VirtualWorld): string[] {
  return people.flatMap((one) =>
    people.filter((other) => other !== one).flatMap((other) => {
      const seen = one.participants.get(other.me.id);
      if (one.state !== 'joined' || seen?.connection !== 'connected') return [`${one.me.id} is ${one.state}, to ${other.me.id} ${seen?.connection}`];
      return sources.flatMap((source) => {
        const sent = other[source].state === 'on' ? other[source].track : undefined;
        const isRight = sent ? world.sentInto(seen[source].track) === sent : !seen[source].on;
        return isRight ? [] : [`${one.me.id} sees of ${other.me.id}'s ${source} (${other[source].state}) something else`];
      });
    }),
  );
}

/** True: everybody stayed, and all is well. False: somebody was away for too long and has left. */
async function day(seed: number): Promise<boolean> {
  const draws = new Chance(seed);
  await using world = await virtualWorld({ seed });
  const people: VirtualMeeting[] = [];
  for (const name of ['Ada', 'Ben', 'Cleo', 'Dora'].slice(0, 2 + draws.below(3))) people.push(await world.join('standup', { name, camera: true, microphone: true }));
  const one = (): VirtualMeeting => people[draws.below(people.length)]!;
  for (let count = 0; count < 20; count++) {
    await Promise.resolve(events[draws.below(events.length)]!(one(), one(), world)).catch(() => {});
    await world.advance(draws.below(2) * draws.below(8_000));
  }
  mend(people);
  const hasLeft = (): boolean => people.some(({ state }) => state === 'left');
  await world.until(() => hasLeft() || complaints(people, world).length === 0, { within: 180_000 }).catch((error: Error) => {
    throw new Error(complaints(people, world).join('; '), { cause: error });
  });
  return !hasLeft();
}

test('after thirty bad days everybody sees everybody', async () => {
  let stayed = 0;
  for (let seed = 1; seed <= 30; seed++) stayed += Number(await day(seed));
  assert.ok(stayed >= 15, `in ${stayed} of 30 nobody was away for too long`);
});
