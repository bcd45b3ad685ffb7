// Through which device the meeting is heard. `mount` follows it; a page with elements of its own attaches them.

import type { DevicesPort, Undo } from '../../bindings/ports.ts';
import { MeetingError } from '../../bindings/errors.ts';

export class Speaker {
  readonly #port: DevicesPort;
  readonly #report: (error: unknown) => void;
  readonly #elements = new Set<HTMLMediaElement>();
  #device = '';
  #there: string[] = [];
  #isAway = false;
  #closed = false;
  #wishes = 0;

  /** Internal: it is `meeting.speaker`. */
  constructor(port: DevicesPort, report: (error: unknown) => void) {
    this.#port = port;
    this.#report = report;
    port.onSpeakersListed = (ids) => this.#listed(ids);
  }

  /** The id of the device that was chosen; while it is away the system's own serves. Empty: that one. */
  get device(): string {
    return this.#device;
  }

  /**
   * Plays through that device from now on; empty: the system's own. The last wish wins. Rejects with `device-unsupported`
   * where the browser has no `setSinkId`, with `not-found` or `permission-denied`; then everything plays as before.
   */
  async switchTo(deviceId: string): Promise<void> {
    if (this.#closed) throw new MeetingError({ code: 'already-left' });
    if (typeof deviceId !== 'string') throw new MeetingError({ code: 'invalid-argument', message: 'A device is named by its id.' });
    const before = this.#device;
    const wish = ++this.#wishes;
    this.#device = deviceId;
    this.#isAway = false;
    try {
      await this.#port.playThrough(undefined, deviceId);
      await this.#tell();
    } catch (error) {
      if (wish !== this.#wishes) return; // overtaken
      this.#device = before;
      await this.#tell().catch(this.#report);
      throw error;
    }
  }

  /** The element plays through the chosen device from now on, whichever that is. Gives the undo, which changes nothing else. */
  attach(element: HTMLMediaElement): Undo {
    if (this.#closed) return () => {};
    this.#elements.add(element);
    this.#port.playThrough(element, this.#playing).catch(this.#report);
    return () => void this.#elements.delete(element);
  }

  /** Internal. */
  close(): void {
    this.#closed = true;
    this.#port.onSpeakersListed = undefined;
    this.#elements.clear();
  }

  get #playing(): string {
    return this.#isAway ? '' : this.#device;
  }

  // Browsers go silent when a device is unplugged.
  #listed(ids: string[]): void {
    const wasThere = this.#isAway || this.#there.includes(this.#device);
    const isAway = wasThere && !ids.includes(this.#device);
    this.#there = ids;
    if (isAway === this.#isAway) return;
    this.#isAway = isAway;
    this.#tell().catch(this.#report);
  }

  async #tell(): Promise<void> {
    await Promise.all([...this.#elements].map((element) => this.#port.playThrough(element, this.#playing)));
  }
}
