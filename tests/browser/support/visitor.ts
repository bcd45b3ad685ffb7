// Somebody who uses the meeting page as it ships: sees what is on the screen, and touches only its controls.

import type { Browser, Page } from 'puppeteer-core';
import { openPage } from './guest.ts';

const patience = { timeout: 30_000, polling: 100 };

export class Visitor {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  static async open(browser: Browser, url: string): Promise<Visitor> {
    const page = await openPage(browser, url);
    await page.waitForSelector('#join');
    return new Visitor(page);
  }

  /** Fills in the form and joins; resolves in the meeting. */
  static async enter(browser: Browser, url: string, name: string): Promise<Visitor> {
    const visitor = await Visitor.open(browser, url);
    await visitor.submit(name);
    await visitor.page.waitForSelector('[data-screen="meeting"]');
    return visitor;
  }

  /** Fills in the form and presses the button, once the preview has what it asked for. */
  async submit(name: string): Promise<void> {
    await this.page.waitForSelector('#preview-video:not([hidden]), [data-testid="device-problem"]:not([hidden])');
    await this.page.$eval('#name', (field) => ((field as HTMLInputElement).value = ''));
    await this.page.type('#name', name);
    await this.page.click('#join');
  }

  async press(id: string): Promise<void> {
    await this.page.click(`#${id}`);
  }

  /** As soon as it is there and stands still: lists change while somebody reaches for a button in them. */
  async click(selector: string): Promise<void> {
    await this.page.locator(selector).click();
  }

  /** Until an element that matches is visible and its text contains this. */
  async reads(selector: string, text: string): Promise<void> {
    try {
      await this.page.waitForFunction(
        (where, what) =>
          [...document.querySelectorAll<HTMLElement>(where)].some((each) => each.checkVisibility() && each.innerText.includes(what)),
        patience,
        selector,
        text,
      );
    } catch (cause) {
      const there = await this.page.$$eval(selector, (all) => all.map((each) => (each as HTMLElement).innerText));
      throw new Error(`"${text}" never stood in ${selector}; there is ${JSON.stringify(there)}`, { cause });
    }
  }

  /** Until nothing visible matches. */
  async sees(count: number, selector: string): Promise<void> {
    try {
      await this.page.waitForFunction(
        (where, many) => [...document.querySelectorAll(where)].filter((each) => each.checkVisibility()).length === many,
        patience,
        selector,
        count,
      );
    } catch (cause) {
      const there = await this.page.$$eval(selector, (all) => all.map((each) => each.outerHTML.slice(0, 300)));
      throw new Error(`Not ${count} of ${selector}; there is ${JSON.stringify(there)}`, { cause });
    }
  }

  /** Until the picture in a tile of somebody else's, by name, moves. */
  async seesMoving(name: string): Promise<void> {
    await this.page.waitForFunction(
      (who) => {
        const tiles = [...document.querySelectorAll<HTMLElement>('[data-testid="tile"]')];
        const tile = tiles.find((each) => each.querySelector('[data-testid="tile-name"]')?.textContent === who);
        const video = tile?.querySelector('video');
        return video != null && !video.hidden && video.getVideoPlaybackQuality().totalVideoFrames > 10;
      },
      patience,
      name,
    );
  }

  text(selector: string): Promise<string> {
    return this.page.$eval(selector, (element) => (element as HTMLElement).innerText);
  }

  async say(text: string): Promise<void> {
    await this.page.type('#chat-text', text);
    await this.page.keyboard.press('Enter');
  }

  errors(): Promise<string[]> {
    return this.page.evaluate(() => window.probe.errors);
  }

  async close(): Promise<void> {
    await this.page.browserContext().close();
  }
}
