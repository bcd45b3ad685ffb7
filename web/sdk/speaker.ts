// Through which device the meeting is heard. `mount` follows it; a page with elements of its own attaches them.

import type { DevicesPort, Undo } from '../../bindings/ports.ts';
import { MeetingError } from '../../bindings/errors.ts';

export class Speaker {
  readonly #port: Pick<DevicesPort, 'playThrough'>;
  readonly #report: (error: unknown) => void;
  readonly #elements = new Set<HTMLMediaElement>();
  #device = '';
  #wishes = 0;

  /** Internal: it is `meeting.speaker`. */
  constructor(port: Pick<DevicesPort, 'playThrough'>, report: (error: unknown) => void) {
    this.#port = port;
    this.#report = report;
  }

  /** The id of the device; empty: the system's own. */
  get device(): string {
    return this.#device;
  }

  /**
   * Plays through that device from now on; empty: the system's own. The last wish wins. Rejects with `device-unsupported`
   * where the browser has no `setSinkId`, with `not-found` or `permission-denied`; then everything plays as before.
   */
  async switchTo(deviceId: string): Promise<void> {
    if (typeof deviceId !== 'string') throw new MeetingError({ code: 'invalid-argument', message: 'A device is named by its id.' });
    const before = this.#device;
    const wish = ++this.#wishes;
    this.#device = deviceId;
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
    this.#elements.add(element);
    this.#port.playThrough(element, this.#device).catch(this.#report);
    return () => void this.#elements.delete(element);
  }

  /** Internal. */
  close(): void {
    this.#elements.clear();
  }

  async #tell(): Promise<void> {
    await Promise.all([...this.#elements].map((element) => this.#port.playThrough(element, this.#device)));
  }
}
