// What most browser tests stand on: the real server with a page on it and one Chromium, for all tests of a file.

import { after, before } from 'node:test';
import type { Browser } from 'puppeteer-core';
import type { ServeOptions } from '../../../web/server/index.ts';
import { launchChromium, type LaunchOptions } from '../../support/browsers.ts';
import { Guest, type GuestOptions } from './guest.ts';
import { openFixture, type Site } from './site.ts';

export interface StageOptions {
  /** Which page; default: the fixture. */
  open?: (options: ServeOptions) => Promise<Site>;
  server?: ServeOptions;
  chromium?: LaunchOptions;
  /** What else is there before the first test. A `before` of the file's own would not wait for the stage. */
  ready?: () => Promise<void>;
}

export class Stage {
  #site: Site | undefined;
  #browser: Browser | undefined;

  get site(): Site {
    return there(this.#site);
  }

  get browser(): Browser {
    return there(this.#browser);
  }

  /** A page that has not joined anything yet. */
  arrive(): Promise<Guest> {
    return Guest.arrive(this.browser, this.site);
  }

  join(room: string, options?: GuestOptions): Promise<Guest> {
    return Guest.join(this.browser, this.site, room, options);
  }

  async setUp({ open = openFixture, server = {}, chromium = {}, ready }: StageOptions): Promise<void> {
    this.#site = await open(server);
    this.#browser = await launchChromium(chromium);
    await ready?.();
  }

  async close(): Promise<void> {
    await this.#browser?.close();
    await this.#site?.close();
  }
}

function there<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('The stage is not set up before the tests of the file begin.');
  return value;
}

/** For the top of a file: set up before its tests, closed after them, with every page that is still open. */
export function useStage(options: StageOptions = {}): Stage {
  const stage = new Stage();
  before(() => stage.setUp(options));
  after(() => stage.close());
  return stage;
}
