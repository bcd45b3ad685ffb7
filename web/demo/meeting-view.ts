// The meeting on the screen: redrawn from the meeting's state whenever that changes, and the controls that change it.

import type { Meeting } from '../sdk/index.ts';
import { Playback } from '../sdk/playback.ts';
import { Chat } from './chat.ts';
import { DeviceMenu } from './device-menu.ts';
import { byId, setText } from './dom.ts';
import { Files } from './files.ts';
import { Notices } from './notices.ts';
import { PeopleList } from './people-list.ts';
import { peopleIn, type Person } from './person.ts';
import { Presence } from './presence.ts';
import { RecordingControl } from './recording.ts';
import { SourceButton } from './source-button.ts';
import { Stage } from './stage.ts';

type PanelName = (typeof panels)[number];

const panels = ['chat', 'people', 'devices'] as const;

export class MeetingView {
  readonly #meeting: Meeting;
  readonly #notices = new Notices(byId('notices', HTMLElement));
  readonly #stage: Stage;
  readonly #chat: Chat;
  readonly #people: PeopleList;
  readonly #presence: Presence;
  readonly #files: Files;
  readonly #devices: DeviceMenu;
  readonly #recording: RecordingControl;
  readonly #sources: readonly SourceButton[];
  readonly #undo = new AbortController();
  readonly #unsubscribe: () => void;
  #present: Map<string, string> | undefined;
  #open: PanelName | undefined;
  #scheduled = false;

  /** `leave` is what the leave button does; `link` is what to send to others. */
  constructor(meeting: Meeting, { leave, link }: { leave: () => void; link: string }) {
    this.#meeting = meeting;
    this.#stage = new Stage({
      playback: new Playback({
        blocked: (unlock) => this.#askForSound(unlock),
        unblocked: () => this.#notices.hide('sound'),
      }),
      attach: (element) => meeting.speaker.attach(element),
      watch: ({ id }, source, element) => {
        const participant = meeting.participants.get(id);
        const priority = source === 'screen' ? 'high' : 'normal';
        return participant ? meeting.watch(participant, source, element, { priority }) : () => undefined;
      },
    });
    this.#chat = new Chat(meeting);
    this.#presence = new Presence(meeting, this.#notices, (id, emoji) => this.#stage.react(id, emoji));
    this.#people = new PeopleList(meeting, (deed) => this.#presence.run(deed));
    this.#devices = new DeviceMenu(meeting, this.#notices);
    this.#recording = new RecordingControl(meeting, this.#notices);
    this.#files = new Files(meeting, (words) => {
      const show = { label: 'Show', run: () => this.#setPanel('chat') };
      if (this.#open !== 'chat') this.#notices.show('file', words, { action: show, stays_ms: 15_000 });
    });
    this.#sources = (['microphone', 'camera', 'screen'] as const).map(
      (kind) => new SourceButton(kind, meeting[kind], this.#notices),
    );
    setText(byId('room-title', HTMLElement), meeting.id);
    document.title = `${meeting.id} · Meetwire`;

    const { signal } = this.#undo;
    const onClick = (id: string, run: () => void) =>
      byId(id, HTMLButtonElement).addEventListener('click', run, { signal });
    onClick('leave', leave);
    onClick('copy-link', () => void this.#copy(link));
    for (const panel of panels) {
      onClick(`toggle-${panel}`, () => this.#toggle(panel));
      onClick(`close-${panel}`, () => this.#toggle(panel));
    }
    document.addEventListener('keydown', (event) => this.#key(event), { signal });

    const stopMeasuring = meeting.measure();
    signal.addEventListener('abort', stopMeasuring);
    meeting.on('muted-talking', ({ talking }) => this.#tellOfMutedTalking(talking), { signal });
    this.#unsubscribe = meeting.subscribe(() => this.#schedule());
    this.#draw();
  }

  close(): void {
    this.#undo.abort();
    this.#unsubscribe();
    this.#setPanel(undefined);
    for (const button of this.#sources) button.close();
    this.#stage.close();
    this.#chat.close();
    this.#files.close();
    this.#people.close();
    this.#presence.close();
    this.#devices.close();
    this.#recording.close();
    this.#notices.close();
    document.title = 'Meetwire';
  }

  // Several changes often come together; one drawing shows them all.
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      if (!this.#undo.signal.aborted) this.#draw();
    });
  }

  #draw(): void {
    const people = peopleIn(this.#meeting);
    this.#stage.update(people);
    this.#people.update(people);
    this.#presence.update();
    this.#chat.update();
    this.#devices.update();
    this.#recording.update();
    this.#files.update();
    for (const button of this.#sources) button.update();
    setText(byId('head-count', HTMLElement), people.length === 1 ? 'only you' : `${people.length} people`);
    this.#tellOfComings(people);
    this.#tellOfConnection();
  }

  #tellOfComings(people: readonly Person[]): void {
    const before = this.#present;
    this.#present = new Map(people.map(({ id, name }) => [id, name || 'Guest']));
    if (before === undefined) return;
    const tell = (id: string, text: string) =>
      this.#notices.show(`presence-${id}`, { title: text, advice: '' }, { stays_ms: 4000 });
    for (const [id, name] of this.#present) if (!before.has(id)) tell(id, `${name} joined`);
    for (const [id, name] of before) if (!this.#present.has(id)) tell(id, `${name} left`);
  }

  #tellOfConnection(): void {
    const away = this.#meeting.state === 'reconnecting';
    if (away === (document.body.dataset['connection'] === 'lost')) return;
    document.body.dataset['connection'] = away ? 'lost' : 'there';
    if (!away) {
      this.#notices.hide('reconnecting');
      return;
    }
    const words = {
      title: 'The connection to the server is lost. Trying again …',
      advice: 'Who you see and hear goes on meanwhile. Messages are sent when it is back.',
    };
    this.#notices.show('reconnecting', words, { kind: 'warn' });
  }

  #tellOfMutedTalking(talking: boolean): void {
    if (!talking) return this.#notices.hide('muted-talking');
    const unmute = (): void => {
      this.#notices.hide('muted-talking');
      void this.#meeting.microphone.unmute().catch(() => undefined); // its button says why
    };
    const words = { title: 'You are muted.', advice: 'Nobody hears what you say.' };
    this.#notices.show('muted-talking', words, { kind: 'warn', action: { label: 'Unmute', run: unmute } });
  }

  #askForSound(unlock: () => void): void {
    const words = { title: 'Your browser holds back sound or pictures.', advice: 'It needs one click from you first.' };
    this.#notices.show('sound', words, { kind: 'warn', action: { label: 'Turn on sound', run: unlock } });
  }

  #toggle(panel: PanelName): void {
    const opening = this.#open !== panel;
    this.#setPanel(opening ? panel : undefined);
    if (!opening) byId(`toggle-${panel}`, HTMLButtonElement).focus();
  }

  #setPanel(open: PanelName | undefined): void {
    this.#open = open;
    for (const panel of panels) {
      byId(`panel-${panel}`, HTMLElement).hidden = panel !== open;
      byId(`toggle-${panel}`, HTMLButtonElement).setAttribute('aria-expanded', String(panel === open));
    }
    this.#chat.setOpen(open === 'chat');
    if (open === 'chat') this.#notices.hide('file');
    if (open !== undefined && open !== 'chat') byId(`close-${open}`, HTMLButtonElement).focus();
  }

  #key(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || event.isComposing || this.#open === undefined) return;
    this.#toggle(this.#open);
  }

  async #copy(link: string): Promise<void> {
    const text = byId('copy-link-text', HTMLElement);
    try {
      await navigator.clipboard.writeText(link);
      setText(text, 'Copied');
      this.#notices.show('link', { title: 'The link is copied. Send it to others.', advice: '' }, { stays_ms: 4000 });
      window.setTimeout(() => setText(text, 'Copy link'), 2500);
    } catch {
      // No clipboard on insecure pages, or not allowed: then the link itself, to be copied by hand.
      this.#notices.show('link', { title: 'Send this link to others:', advice: link });
    }
  }
}
