// The attacks, one entry each.

import type { Attack, Line, Target } from './attack.ts';
import { roomAttacks } from './rooms.ts';

// As much as fits into the sender's own way out: more would be the attacker's memory only.
async function floods(target: Target, open: () => Line | Promise<Line>, send: (line: Line) => void): Promise<void> {
  await target.untilOver(async () => {
    const line = await open();
    while (line.open && !target.over.aborted) {
      for (let i = 0; i < 500 && line.waiting < 1 << 20; ++i) send(line);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    line.end();
    await target.pause(10);
  });
}

async function greeted(target: Target, query?: string): Promise<Line> {
  const line = target.socket(query);
  await line.heard('0');
  return line;
}

async function member(target: Target): Promise<Line> {
  const line = await target.member('flood', 'eve');
  await line.heard('42');
  return line;
}

const eio3 = 'EIO=3&transport=websocket';
const hello = (user: string): string =>
  `42${JSON.stringify(['meetwire', JSON.stringify({ messages: [{ type: 'hello', versions: [1, 1], room: 'flood', user, name: '' }] })])}`;

const transportAttacks: readonly Attack[] = [
  {
    name: 'pings-unread',
    what: 'WebSocket pings by a member that does not read the pongs',
    run: (target) => floods(target, async () => {
      const line = await member(target);
      line.stopReading();
      return line;
    }, (line) => line.ping('p'.repeat(125))),
  },
  {
    name: 'pings',
    what: 'WebSocket pings, as many as go',
    run: (target) => floods(target, () => member(target), (line) => line.ping('p')),
  },
  {
    name: 'old-pings-unread',
    what: 'Engine.IO 3 pings by one that does not read',
    run: (target) => floods(target, async () => {
      const line = await greeted(target, eio3);
      line.stopReading();
      return line;
    }, (line) => line.send('2')),
  },
  {
    name: 'old-pings',
    what: 'Engine.IO 3 pings, as many as go',
    run: (target) => floods(target, () => greeted(target, eio3), (line) => line.send('2')),
  },
  {
    name: 'packets',
    what: 'Engine.IO packets that mean nothing',
    run: (target) => floods(target, () => member(target), (line) => line.send('6')),
  },
  {
    name: 'frames',
    what: 'a member\'s frames of an unknown type, each with an acknowledgement asked for',
    run: (target) => floods(target, () => member(target), (line) => line.send('4217["odd",{}]')),
  },
  {
    name: 'connects',
    what: '6,500 CONNECTs to odd namespaces in one POST',
    run: (target) => target.crowd(4, async () => {
      const sid = await target.poll();
      if (sid === undefined) return target.pause(20);
      await target.post(sid, Array.from({ length: 6_500 }, (_, i) => `40/${i.toString(36)},`).join('\x1e'));
    }),
  },
  {
    name: 'connects-in-frames',
    what: 'CONNECTs to odd namespaces over one WebSocket',
    run: (target) => floods(target, () => greeted(target), (line) => line.send('40/odd,')),
  },
  {
    name: 'namespace-again',
    what: 'leaves and enters the namespace again after each burst, for a fresh rate',
    run: (target) => floods(target, () => greeted(target), (line) => {
      line.send('40{"meetwire":1}');
      for (let i = 0; i < 50; ++i) line.send(hello(`eve${i}`));
      line.send('41');
    }),
  },
  {
    name: 'silent',
    what: 'opens sockets that say nothing, say half a request, or stop after the handshake',
    run: (target) => target.crowd(8, async (_, count) => {
      const bare = target.tcp();
      if (count % 3 === 1) bare.write('GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\n');
      if (count % 3 === 2) target.socket();
      await target.pause(2);
    }),
  },
  {
    name: 'polls',
    what: 'polling transports that are opened and forgotten',
    run: (target) => target.crowd(16, async () => {
      if ((await target.poll()) === undefined) await target.pause(2);
    }),
  },
  {
    name: 'posts',
    what: '110 KB POSTs',
    run: (target) => target.crowd(4, async () => {
      const sid = await target.poll();
      if (sid === undefined) return target.pause(20);
      await target.post(sid, '40{"meetwire":1}');
      const body = `42["meetwire","${'x'.repeat(110_000)}"]`;
      while (!target.over.aborted && (await target.post(sid, body)).status === 200);
    }),
  },
  {
    name: 'strangers',
    what: 'handshakes of pages of other origins',
    run: (target) => target.crowd(8, (who) => target.http('GET', '/socket.io/?EIO=4&transport=polling', undefined, { origin: `https://evil${who}.example` })),
  },
  {
    name: 'comings-and-goings',
    what: 'members that join a room and leave it at once',
    run: (target) => target.crowd(8, async (who, count) => {
      const line = await target.member(`flood${who}`, `eve${count % 10}`);
      line.say({ type: 'leave' });
      await Promise.race([line.closed, target.pause(1_000)]);
      line.end();
    }),
  },
  {
    name: 'pages',
    what: 'asks for the health check, as often as it goes',
    run: (target) => target.crowd(32, () => target.http('GET', '/health')),
  },
];

export const attacks: readonly Attack[] = [...transportAttacks, ...roomAttacks];
