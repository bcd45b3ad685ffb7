// Attacks on the rooms: what members say, and what they never say.

import type { Attack, Line, Target } from './attack.ts';

/** Members of one room that hear and never acknowledge. */
async function crowdOf(target: Target, room: string, size: number): Promise<Line[]> {
  const lines: Line[] = [];
  while (lines.length < size && !target.over.aborted) {
    const line = await target.member(room, `eve${lines.length}`);
    await line.heard('42');
    line.forget();
    if (line.open) lines.push(line);
    else await target.pause(50);
  }
  return lines;
}

export const roomAttacks: readonly Attack[] = [
  {
    name: 'chats',
    what: 'a member\'s chats of 16 KB into its room, as many as go',
    async run(target) {
      await target.untilOver(async () => {
        const eve = await target.member('flood', 'eve');
        eve.forget();
        for (let i = 0; eve.open && !target.over.aborted; ++i) {
          if (eve.waiting < 1 << 20) eve.say({ type: 'chat', id: `c${i}`, text: 'x'.repeat(16_000) });
          await new Promise((resolve) => setImmediate(resolve));
        }
        eve.end();
        await target.pause(10);
      });
    },
  },
  {
    name: 'unacknowledged',
    what: 'rooms of 12 that acknowledge nothing, fed with chats of 16 KB',
    run: (target) => target.crowd(8, async (who, count) => {
      const lines = await crowdOf(target, `flood${who}-${count}`, 12);
      for (let i = 0; i < 100 && !target.over.aborted; ++i) {
        lines[i % 12]?.say({ type: 'chat', id: `c${i}`, text: 'x'.repeat(16_000) });
        await target.pause(5);
      }
    }),
  },
  {
    name: 'metadata',
    what: '64 changes of the metadata in one envelope, in a room of 150',
    options: ['--max-participants', '200', '--max-joins', '1000'],
    async run(target) {
      const [host] = await crowdOf(target, 'flood', 150);
      await target.untilOver(async (count) => {
        const values = (i: number): object => ({ k: `${count}-${i}`, text: '\u0001'.repeat(1_000) });
        host?.say(...Array.from({ length: 40 }, (_, i) => ({ type: 'request', id: `m${count}-${i}`, action: 'set-metadata', values: values(i) })));
        await target.pause(10);
      });
    },
  },
  {
    name: 'large-room',
    what: 'chats of 16 KB into one\'s own room of 150',
    options: ['--max-participants', '200', '--max-joins', '1000'],
    async run(target) {
      const lines = await crowdOf(target, 'flood', 150);
      await target.untilOver(async (count) => {
        lines[count % lines.length]?.say({ type: 'chat', id: `c${count}`, text: 'x'.repeat(16_000) });
        await target.pause(5);
      });
    },
  },
  {
    name: 'ghosts',
    what: 'hellos to one room after another, of sockets that are closed at once',
    run: (target) => target.crowd(8, async (who, count) => {
      const line = await target.member(`haunted${who}-${count}`, 'eve');
      await Promise.race([line.heard('42'), line.closed]);
      line.end();
    }),
  },
];
