// The panel in which devices are chosen during a meeting: camera, microphone and, where the browser can, the speaker.
// It shows what is in use; the meeting brings about what is chosen.

import { devices, MeetingError, type Device as Listed, type Meeting } from '../sdk/index.ts';
import { byId, setText } from './dom.ts';
import type { Notices } from './notices.ts';
import { wordsForDevice, type Device } from './words.ts';

type Kind = Listed['kind'];

const kinds = ['camera', 'microphone', 'speaker'] as const;

export class DeviceMenu {
  readonly #meeting: Meeting;
  readonly #notices: Notices;
  readonly #selects: Record<Kind, HTMLSelectElement> = {
    camera: byId('device-camera', HTMLSelectElement),
    microphone: byId('device-microphone', HTMLSelectElement),
    speaker: byId('device-speaker', HTMLSelectElement),
  };
  readonly #notes: Record<Kind, HTMLElement> = {
    camera: byId('device-camera-note', HTMLElement),
    microphone: byId('device-microphone-note', HTMLElement),
    speaker: byId('device-speaker-note', HTMLElement),
  };
  readonly #undo = new AbortController();
  // Of those that are not there any more, too: a preference keeps its name.
  readonly #labels = new Map<string, string>();
  #listed: readonly Listed[] = [];
  #lists = 0;
  #shown = '';

  constructor(meeting: Meeting, notices: Notices) {
    this.#meeting = meeting;
    this.#notices = notices;
    const { signal } = this.#undo;
    for (const kind of kinds) this.#selects[kind].addEventListener('change', () => void this.#choose(kind), { signal });
    devices.on('change', () => void this.#list(), { signal });
    devices.on('permission', () => void this.#list(), { signal });
    void this.#list();
  }

  /** Shows what is in use now; names come with the first permission. */
  update(): void {
    const { camera, microphone, speaker } = this.#meeting;
    const used = { camera: camera.device ?? '', microphone: microphone.device ?? '', speaker: speaker.device };
    const wanted = { camera: camera.preferredDevice, microphone: microphone.preferredDevice, speaker: speaker.device };
    const state = JSON.stringify([used, wanted, this.#listed]);
    if (state === this.#shown) return;
    const isNew = (Object.values(used) as string[]).some((id) => id !== '' && !this.#labels.has(id));
    this.#shown = state;
    for (const kind of kinds) this.#show(kind, used[kind], wanted[kind]);
    if (isNew) void this.#list();
  }

  close(): void {
    this.#undo.abort();
  }

  #show(kind: Kind, used: string, wanted: string): void {
    const select = this.#selects[kind];
    const there = this.#listed.filter((each) => each.kind === kind && each.id !== '');
    const isAway = wanted !== '' && this.#labels.has(wanted) && !there.some(({ id }) => id === wanted);
    const options = there.map(({ id, label }, index) => new Option(label || `${kind} ${index + 1}`, id));
    if (used === '' && (wanted === '' || isAway)) options.unshift(new Option('The system\'s own', ''));
    select.replaceChildren(...options);
    select.value = used || (isAway ? '' : wanted);
    // Before anything was permitted browsers name nothing, and some never name speakers.
    select.disabled = there.length === 0;
    setText(this.#notes[kind], isAway ? `${this.#labels.get(wanted) ?? ''} is away. It is taken again when it comes back.` : '');
  }

  async #choose(kind: Kind): Promise<void> {
    const chosen = this.#selects[kind].value;
    const key = `choice-${kind}`;
    this.#notices.hide(key);
    try {
      await this.#meeting[kind].switchTo(chosen);
    } catch (error) {
      const words = wordsForDevice(error, kind satisfies Device);
      if (words !== undefined) this.#notices.show(key, words, { kind: 'bad' });
    }
    this.#shown = '';
    this.update();
  }

  async #list(): Promise<void> {
    const list = ++this.#lists;
    let listed: readonly Listed[];
    try {
      listed = await devices.list();
    } catch (error) {
      if (!(error instanceof MeetingError)) throw error;
      return; // the menus stay as they are
    }
    // A slower answer to an earlier question is older news.
    if (this.#undo.signal.aborted || list !== this.#lists) return;
    this.#listed = listed;
    for (const { id, label } of this.#listed) if (id !== '') this.#labels.set(id, label);
    this.update();
  }
}
