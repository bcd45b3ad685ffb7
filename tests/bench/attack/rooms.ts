// Attacks on the rooms: what members say, and what they never say.

import type { Attack } from './attack.ts';

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
];
