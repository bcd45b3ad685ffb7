// The processes of `npm run bench -- attack` other than the server: the attacker, and the quiet people whose latency counts.

import { setMaxListeners } from 'node:events';
import { RawClient } from '../../support/server-harness.ts';
import { until } from '../../support/waiting.ts';
import { Target } from './attack.ts';
import { attacks } from './attacks.ts';

// All of 127.0.0.0/8 is this machine on Linux: each has an address of its own, as on a network.
const attackersAddress = '127.0.0.66';
const pairs = 4;
const betweenMs = 20;

/** For `fork`: [role, url, name of the attack]. */
export async function play(role: string, url: string, name: string): Promise<void> {
  if (role === 'attacker') return attack(url, name);
  return measureQuietly(url);
}

async function attack(url: string, name: string): Promise<void> {
  const over = new AbortController();
  setMaxListeners(0, over.signal);
  process.once('message', () => over.abort());
  const found = attacks.find((one) => one.name === name)!;
  await found.run(new Target(url, attackersAddress, over.signal));
  process.exit();
}

/** Tells how long each chat takes from one to the other: at the word 'take', those that were sent since the last. */
async function measureQuietly(url: string): Promise<void> {
  const took: number[] = [];
  let lost = 0;
  const senders = await Promise.all(Array.from({ length: pairs }, async (_, pair) => {
    const [ada, ben] = await Promise.all(['ada', 'ben'].map(async (user) => {
      const client = new RawClient(url);
      client.hello({ room: `quiet${pair}`, user });
      await client.next('welcome', 15_000);
      client.socket.on('disconnect', () => ++lost);
      return client;
    }));
    // By the time that is within the text, so that one that is stuck delays none of those behind it in this measure.
    ben!.socket.onAny((_event: string, text: string) => {
      for (const message of (JSON.parse(text) as { messages: { type: string; message?: { text: string } }[] }).messages) {
        if (message.type === 'chat') took.push(performance.now() - Number(message.message!.text));
      }
      ben!.messages.length = 0;
      ada!.messages.length = 0;
    });
    return (count: number): void => {
      ada!.chat(`c${count}`, String(performance.now()));
      ben!.send();
    };
  }));
  let count = 0;
  setInterval(() => senders[count % pairs]!(++count), betweenMs / pairs);
  await until('the first ones have come', () => took.length > 50, 15_000);
  took.length = 0;
  process.on('message', () => {
    process.send!({ took: took.splice(0), lost });
  });
  process.send!({ took: [], lost });
}
