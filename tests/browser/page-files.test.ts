// Files on the meeting page, through its controls: to all, to one, accepted, declined, cancelled.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { ElementHandle } from 'puppeteer-core';
import { openMeetingPage, root } from './support/site.ts';
import { useStage } from './support/stage.ts';
import { Visitor } from './support/visitor.ts';

const stage = useStage({ open: openMeetingPage });
const folder = mkdtempSync(join(tmpdir(), 'meetwire-'));
after(() => rmSync(folder, { recursive: true }));

const enter = (name: string): Promise<Visitor> => Visitor.enter(stage.browser, `${stage.site.url}#files`, name);
const state = '[data-testid="file-state"]';

function fileOf(name: string, size: number): string {
  const path = join(folder, name);
  writeFileSync(path, Buffer.alloc(size, name));
  return path;
}

async function choose({ page }: Visitor, ...paths: string[]): Promise<void> {
  await ((await page.$('#file-input')) as ElementHandle<HTMLInputElement>).uploadFile(...paths);
}

test('a file to everybody and one to somebody: offered, accepted, declined, saved', async () => {
  const ada = await enter('Ada');
  const ben = await enter('Ben');
  const cleo = await enter('Cleo');
  await Promise.all([ada, ben, cleo].map((visitor) => visitor.sees(3, '[data-testid="tile"]')));
  await Promise.all([ada.seesMoving('Ben'), ada.seesMoving('Cleo')]);

  await ada.press('toggle-chat');
  await choose(ada, fileOf('<b>plan.txt', 3_000_000));
  await ada.reads(state, 'Waiting');
  await ben.reads('[data-testid="notice-file"]', 'Ada wants to send you a file');
  await ben.page.click('[data-testid="notice-file-action"]');
  await ben.reads('[data-testid="file"]', '<b>plan.txt');
  await cleo.press('toggle-chat');
  await cleo.reads(state, 'wants to send');
  mkdirSync(join(root, 'build', 'screenshots'), { recursive: true });
  await cleo.page.screenshot({ path: join(root, 'build', 'screenshots', 'file-offer.png') });
  await ben.page.click('[data-testid="file-accept"]');
  await cleo.page.click('[data-testid="file-decline"]');
  await ben.reads(state, 'It has arrived.');
  await ada.reads(state, 'Sent to Ben. Cleo: Declined.');
  const saved = await ben.page.$eval('[data-testid="file-save"]', (link) => {
    const { protocol, download } = link as HTMLAnchorElement;
    return { protocol, download };
  });
  assert.deepEqual(saved, { protocol: 'blob:', download: '<b>plan.txt' });

  await ben.page.select('#file-to', await ben.page.$eval('#file-to', (list) => [...(list as HTMLSelectElement).options].find(({ text }) => text === 'Cleo')!.value));
  await choose(ben, fileOf('secret.bin', 10));
  await cleo.reads('[data-testid="file"]', 'secret.bin');
  await ben.page.click('[data-testid="file-cancel"]');
  await cleo.reads(state, 'Cancelled by the other side.');
  await ben.reads(state, 'Cancelled.');
  await ada.sees(1, '[data-testid="file"]');
  for (const [name, visitor] of [['file-sent', ada], ['file-arrived', ben]] as const) {
    await visitor.page.screenshot({ path: join(root, 'build', 'screenshots', `${name}.png`) });
  }
  for (const visitor of [ada, ben, cleo]) {
    assert.deepEqual(await visitor.errors(), []);
    await visitor.close();
  }
});
