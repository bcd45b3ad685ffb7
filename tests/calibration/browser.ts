// A real browser that carries scripts out, several pages' worth at a time.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { launchChromium, launchFirefox } from '../support/browsers.ts';
import { type Observation, runInPage } from './page.ts';
import type { Script } from './script.ts';

export const browserNames = ['chromium', 'firefox'] as const;
export type BrowserName = (typeof browserNames)[number];

export interface Runner {
  version: string;
  run(script: Script): Promise<Observation>;
  close(): Promise<void>;
}

// Pages are made anew now and then: a browser keeps much of a closed connection until its page is gone.
const scriptsAPage = 50;

export async function openBrowser(name: BrowserName): Promise<Runner> {
  const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<!doctype html>'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await (name === 'chromium' ? launchChromium() : launchFirefox());
  const open = async () => {
    const page = await browser.newPage();
    await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
    return page;
  };
  let page = await open();
  let left = scriptsAPage;
  return {
    version: await browser.version(),
    async run(script) {
      if (left-- === 0) {
        await page.close();
        page = await open();
        left = scriptsAPage - 1;
      }
      return page.evaluate(runInPage, script);
    },
    async close() {
      await browser.close();
      server.close();
    },
  };
}
