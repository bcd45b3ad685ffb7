// Recording on the meeting page as it ships: the button, what the others see, and the file that is saved.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openMeetingPage, root } from './support/site.ts';
import { useStage } from './support/stage.ts';
import { Visitor } from './support/visitor.ts';

const stage = useStage({ open: openMeetingPage });

test('somebody records: all see it, and the file is saved at the end, also by leaving', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'meetwire-'));
  const ada = await Visitor.enter(stage.browser, `${stage.site.url}?user=ada#film`, 'Ada');
  const ben = await Visitor.enter(stage.browser, `${stage.site.url}?user=ben#film`, 'Ben');
  const screenshots = join(root, 'build', 'screenshots');
  mkdirSync(screenshots, { recursive: true });
  try {
    const devtools = await ada.page.createCDPSession();
    await devtools.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: folder, browserContextId: ada.page.browserContext().id! });
    const saved = (): string[] => readdirSync(folder).filter((name) => name.endsWith('.webm'));
    const untilSaved = async (count: number): Promise<void> => {
      for (const end = performance.now() + 30_000; saved().length < count; ) {
        assert.ok(performance.now() < end, `${count} files never came; there are ${readdirSync(folder).join()}`);
        await ada.page.evaluate(() => new Promise(requestAnimationFrame));
      }
    };
    await Promise.all([ada.seesMoving('Ben'), ben.seesMoving('Ada')]);
    await ada.press('toggle-recording');
    const untilLong = () => ada.page.waitForFunction(() => /0:(0[2-9]|[1-9])/.test(document.querySelector('#toggle-recording')?.textContent ?? ''));
    await untilLong();
    await ben.reads('[data-testid="recording-mark"]', 'Ada is recording');
    await ada.page.screenshot({ path: join(screenshots, 'recording.png') as `${string}.png` });
    await ben.page.setViewport({ width: 390, height: 780 });
    await ben.page.screenshot({ path: join(screenshots, 'recording-phone.png') as `${string}.png` });
    await ada.press('toggle-recording');
    await ada.reads('[data-testid="notice-recording"]', 'The recording is ready.');
    await ada.reads('#toggle-recording', 'Record');
    await untilSaved(1);
    // A second one of this name would go over it.
    renameSync(join(folder, 'film.webm'), join(folder, 'film-1.webm'));
    await ben.sees(0, '[data-testid="recording-mark"]');

    await ada.press('toggle-recording');
    await untilLong();
    await ada.press('leave');
    await ada.page.waitForSelector('[data-screen="after"]');
    await untilSaved(2);
    for (const name of saved()) {
      const bytes = readFileSync(join(folder, name));
      assert.ok(name.startsWith('film') && bytes.length > 10_000, name);
      assert.ok(bytes.subarray(0, 400).includes(Buffer.from('4489', 'hex')), `${name} has its duration`);
    }
    assert.deepEqual(await ada.errors(), []);
    assert.deepEqual(await ben.errors(), []);
  } finally {
    await Promise.allSettled([ada.close(), ben.close()]);
    rmSync(folder, { recursive: true, force: true });
  }
});
