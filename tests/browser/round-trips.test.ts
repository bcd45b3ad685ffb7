// What a set-up costs on the signalling line, counted in the messages that the page sends and receives.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closeAll, type Guest } from './support/guest.ts';
import { useStage } from './support/stage.ts';

const stage = useStage();

interface Frame {
  sent: boolean;
  /** The types of the messages in one envelope. */
  types: string[];
}

/** The envelopes of meetwire/1 over one's own socket, in order. */
async function envelopes(guest: Guest): Promise<Frame[]> {
  const frames = await guest.page.evaluate(() => window.probe.frames);
  return frames.flatMap(({ sent, text }) => {
    const match = /^42(\["meetwire",.*)$/s.exec(text);
    if (match?.[1] === undefined) return [];
    const [, body] = JSON.parse(match[1]) as [string, string];
    const { messages } = JSON.parse(body) as { messages?: Message[] };
    return [{ sent, types: (messages ?? []).map(kindOf) }];
  });
}

type Message = { type: string } & Record<string, unknown>;

/** What a pair message carries is told by the field that holds it. */
const kindOf = (message: Message): string =>
  ['offer', 'answer', 'candidates'].find((field) => field in message) ?? message.type;

const count = (frames: Frame[], sent: boolean, type: string): number =>
  frames.filter((frame) => frame.sent === sent).flatMap(({ types }) => types).filter((each) => each === type).length;

async function assertTwoExchanges(newcomer: Guest, others: number): Promise<void> {
  const frames = await envelopes(newcomer);
  const story = JSON.stringify(frames);
  assert.ok(frames[0]?.sent && frames[0].types.includes('hello'), story);
  assert.ok(frames[1] !== undefined && !frames[1].sent && frames[1].types.includes('welcome'), story);
  assert.equal(count(frames, true, 'hello'), 1, story);
  // The first exchange is the admission. In the second go the offers, all in one envelope where they are ready together.
  assert.equal(count(frames, true, 'offer'), others, story);
  assert.equal(count(frames, false, 'answer'), others, story);
  assert.equal(count(frames, false, 'offer'), 0, story);
  assert.equal(count(frames, true, 'answer'), 0, story);
  // Nothing is waited for between the welcome and the first offer. That one's own media has changed comes to oneself too, while a
  // slow machine still makes the offer.
  const offer = frames.findIndex(({ sent, types }) => sent && types.includes('offer'));
  const between = frames.slice(2, offer).filter(({ sent }) => !sent).flatMap(({ types }) => types).filter((type) => type !== 'changed');
  assert.deepEqual(between, [], story);
}

test('two people: one exchange for the admission, one for offer and answer', async () => {
  const ada = await stage.join('count two');
  const ben = await stage.join('count two');
  try {
    await Promise.all([ada.isWith(ben), ben.isWith(ada)]);
    await Promise.all([ada.sees(ben), ben.sees(ada)]);
    await assertTwoExchanges(ben, 1);
  } finally {
    await closeAll([ada, ben]);
  }
});

test('a fourth joiner: the same two exchanges, with three offers', async () => {
  const options = { camera: false, microphone: true };
  const seated: Guest[] = [];
  for (const name of ['Ada', 'Ben', 'Cleo']) seated.push(await stage.join('count four', { name, ...options }));
  const dora = await stage.join('count four', { name: 'Dora', ...options });
  try {
    await dora.isWith(...seated);
    await assertTwoExchanges(dora, 3);
  } finally {
    await closeAll([...seated, dora]);
  }
});
