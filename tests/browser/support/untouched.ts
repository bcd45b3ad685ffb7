// A page on which nobody has clicked yet. Whatever a test evaluates in a page counts as a gesture, in Chromium as in
// Firefox; so such a page is given a script that runs by itself, and tells what happens on its console.

import assert from 'node:assert/strict';
import type { Browser, Page } from 'puppeteer-core';
import { until } from '../../support/waiting.ts';
import { installProbe } from './probe.ts';
import type { Site } from './site.ts';

const mark = 'told: ';

export class Untouched {
  readonly page: Page;
  readonly told: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on('console', (message) => {
      if (message.text().startsWith(mark)) this.told.push(message.text().slice(mark.length));
    });
  }

  /** `script` runs when the fixture is there, and calls `window.tell`. It is sent as text: it names nothing from outside itself. */
  static async open(browser: Browser, site: Pick<Site, 'url'>, script: () => void): Promise<Untouched> {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    const untouched = new Untouched(page);
    await page.evaluateOnNewDocument(installProbe);
    await page.evaluateOnNewDocument(`(() => {
      window.tell = (what) => console.log(${JSON.stringify(mark)} + what);
      const wait = setInterval(() => {
        if (!('fixture' in window)) return;
        clearInterval(wait);
        Promise.resolve((${script.toString()})()).catch((error) => window.tell('failed ' + error));
      }, 20);
    })()`);
    await page.goto(site.url);
    return untouched;
  }

  /** Until it has told this, after so many other things. */
  async tells(what: string, after = 0): Promise<void> {
    await until(`the page tells "${what}"`, () => this.told.includes(what, after), 30_000).catch((error: Error) => {
      throw new Error(`${error.message}; it told ${JSON.stringify(this.told)}`);
    });
  }

  hasNotTold(...what: string[]): void {
    for (const each of what) assert.ok(!this.told.includes(each), `it told ${JSON.stringify(this.told)}`);
  }

  click(): Promise<void> {
    return this.page.mouse.click(5, 5);
  }

  async close(): Promise<void> {
    await this.page.browserContext().close();
  }
}

declare global {
  interface Window {
    tell(what: string): void;
  }
}
