// One participant of a browser test: a page of its own with the fixture on it, and what can be seen from there.

import assert from 'node:assert/strict';
import type { Browser, BrowserContext, Page } from 'puppeteer-core';
import type { Meeting, MeetingError } from '../../../web/sdk/index.ts';
import { installProbe } from './probe.ts';
import type { Site } from './site.ts';

type SourceName = 'camera' | 'microphone' | 'screen';

/** What can cross to a page: no functions, no tracks. */
export interface GuestOptions {
  name?: string;
  user?: string;
  camera?: boolean | MediaTrackConstraints;
  microphone?: boolean;
  url?: string;
  iceServers?: RTCIceServer[];
  iceTransportPolicy?: RTCIceTransportPolicy;
  dialect?: 'auto' | 'meetwire' | 'classic' | 'codelab' | 'plain';
}

/** Small pictures: several of them are coded and decoded on the same two cores. */
export const smallPicture: MediaTrackConstraints = { width: 320, height: 240, frameRate: 15 };

const patience = { timeout: 30_000, polling: 100 };

/** A page with the probe in it, in a window of its own: pages in the background show no frames. */
export async function openPage(browser: Browser, url: string): Promise<Page> {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  page.setDefaultTimeout(patience.timeout);
  await page.evaluateOnNewDocument(installProbe);
  await page.goto(url);
  return page;
}

export class Guest {
  readonly page: Page;
  id = '';

  private constructor(page: Page) {
    this.page = page;
  }

  /** A page that has not joined anything yet. */
  static async arrive(browser: Browser, site: Pick<Site, 'url'>): Promise<Guest> {
    const page = await openPage(browser, site.url);
    await page.waitForFunction(() => 'fixture' in window, patience);
    return new Guest(page);
  }

  static async join(browser: Browser, site: Pick<Site, 'url'>, room: string, options: GuestOptions = {}): Promise<Guest> {
    const guest = await Guest.arrive(browser, site);
    await guest.join(room, options);
    return guest;
  }

  async join(room: string, options: GuestOptions = {}): Promise<void> {
    const wish = { camera: smallPicture, microphone: true, ...options };
    this.id = await this.page.evaluate(
      async (to, given) => {
        window.meeting = await window.fixture.join(to, given);
        return window.meeting.me.id;
      },
      room,
      wish,
    );
  }

  /** The code of the MeetingError that joining ends with. */
  async joinRefused(room: string, options: GuestOptions = {}): Promise<{ code: string; blame: string; message: string }> {
    const outcome = await this.page.evaluate(
      async (to, given) => {
        try {
          await window.fixture.join(to, given);
          return undefined;
        } catch (error) {
          const { code, blame, message } = error as MeetingError;
          return { code, blame, message, typed: error instanceof window.fixture.MeetingError };
        }
      },
      room,
      { camera: false, microphone: false, ...options },
    );
    assert.ok(outcome !== undefined, 'joining was not refused');
    assert.ok(outcome.typed, `not a MeetingError: ${outcome.message}`);
    return outcome;
  }

  /** Until a picture of the other one is there and changes. */
  async sees(other: Guest, source: SourceName = 'camera'): Promise<void> {
    await this.page.evaluate(() => window.fixture.lookAway());
    await this.until(
      `sees ${other.id}'s ${source} move`,
      (user, which) => window.fixture.look(window.meeting, user, which as SourceName).pictures >= 4,
      other.id,
      source,
    );
  }

  /** Until sound of the other one, and not only silence, has come in. */
  async hears(other: Guest): Promise<void> {
    const before = await this.page.evaluate((user) => window.fixture.listen(window.meeting, user), other.id);
    await this.until(
      `hears ${other.id}`,
      async (user, packets, energy) => {
        const now = await window.fixture.listen(window.meeting, user);
        return now.packets > packets + 20 && now.energy > energy;
      },
      other.id,
      before.packets,
      before.energy,
    );
  }

  /** Until the condition holds in the page; fails with what the page knows. */
  async until<Given extends (string | number)[]>(
    what: string,
    condition: (...given: Given) => boolean | Promise<boolean>,
    ...given: Given
  ): Promise<void> {
    try {
      await this.page.waitForFunction(condition as (...given: unknown[]) => boolean, patience, ...given);
    } catch (cause) {
      throw new Error(`${this.id} waited in vain: ${what}\n${await this.circumstances()}`, { cause });
    }
  }

  /** Until exactly these others are in the meeting, each with a connection. */
  async isWith(...others: readonly Guest[]): Promise<void> {
    const ids = others.map(({ id }) => id).sort().join(' ');
    await this.until(
      `is with ${ids}`,
      (wanted) => {
        const present = [...window.meeting.participants.values()];
        const there = present.map(({ id }) => id).sort().join(' ');
        return there === wanted && present.every(({ connection }) => connection === 'connected');
      },
      ids,
    );
  }

  async leave(): Promise<void> {
    await this.page.evaluate(() => window.meeting.leave());
  }

  /** Runs something with the meeting. */
  do<Value, Given extends (string | number)[]>(
    action: (meeting: Meeting, ...given: Given) => Value,
    ...given: Given
  ): Promise<Awaited<Value>> {
    // As an expression: the devtools evaluate it past the page's content security policy.
    const call = `(${action.toString()})(window.meeting, ...${JSON.stringify(given)})`;
    return this.page.evaluate(call) as Promise<Awaited<Value>>;
  }

  /** Nothing may have gone wrong unheard. */
  async assertNoErrors(): Promise<void> {
    assert.deepEqual(await this.page.evaluate(() => window.probe.errors), []);
  }

  async close(): Promise<void> {
    await this.page.browserContext().close();
  }

  async circumstances(): Promise<string> {
    const known = await this.page
      .evaluate(() => ({
        errors: window.probe.errors,
        state: 'meeting' in window ? window.meeting.state : 'not joined',
        participants:
          'meeting' in window
            ? [...window.meeting.participants.values()].map((each) => ({
                id: each.id,
                connection: each.connection,
                camera: each.camera.on,
                microphone: each.microphone.on,
                screen: each.screen.on,
                seen: (['camera', 'screen'] as const).map((source) => window.fixture.look(window.meeting, each.id, source)),
              }))
            : [],
        connections: window.probe.connections.map((each) => ({
          connection: each.connectionState,
          ice: each.iceConnectionState,
          signaling: each.signalingState,
          slots: each.getTransceivers().map((slot) => `${slot.mid} ${slot.receiver.track.kind} ${slot.currentDirection}`),
        })),
        frames: window.probe.frames.slice(-12).map(({ sent, text }) => `${sent ? '->' : '<-'} ${text.slice(0, 300)}`),
      }))
      .catch((error: unknown) => String(error));
    return JSON.stringify(known, null, 2);
  }
}

/** Closes what a test opened, whatever became of it. */
export async function closeAll(guests: readonly (Guest | BrowserContext | undefined)[]): Promise<void> {
  await Promise.allSettled(guests.map((guest) => guest?.close()));
}
