// Hands, reactions, the floor and who knocks: the controls for them, and what is told of them.

import type { Meeting } from '../sdk/index.ts';
import { byId, make, setText } from './dom.ts';
import type { Notices } from './notices.ts';
import { wordsFor } from './words.ts';

const emojis = ['👍', '👏', '❤️', '😂', '🎉', '🤔'] as const;

export class Presence {
  readonly #meeting: Meeting;
  readonly #notices: Notices;
  readonly #hand = byId('toggle-hand', HTMLButtonElement);
  readonly #opener = byId('toggle-reactions', HTMLButtonElement);
  readonly #reactions = byId('reactions', HTMLElement);
  readonly #count = byId('knock-count', HTMLElement);
  readonly #undo = new AbortController();
  #knocks = new Set<string>();
  #asking = new Set<string>();

  /** `shown`: somebody has reacted. */
  constructor(meeting: Meeting, notices: Notices, shown: (id: string, emoji: string) => void) {
    this.#meeting = meeting;
    this.#notices = notices;
    const { signal } = this.#undo;
    this.#hand.addEventListener('click', () => this.run(this.#handClicked()), { signal });
    this.#opener.addEventListener('click', () => this.#open(this.#reactions.hidden !== false), { signal });
    this.#reactions.replaceChildren(
      ...emojis.map((emoji) => {
        const button = make('button', { class: 'reaction-choice', text: emoji, testid: `react-${emoji}` });
        button.type = 'button';
        button.addEventListener('click', () => {
          this.#open(false);
          this.run(meeting.react(emoji));
        });
        return button;
      }),
    );
    meeting.on('reaction', ({ participant, emoji }) => shown(participant.id, emoji), { signal });
    meeting.on('mute-asked', ({ by, source }) => this.#tellOfMute(by?.name ?? 'The host', source), { signal });
    meeting.on('floor', ({ granted }) => this.#tellOfFloor(granted), { signal });
  }

  update(): void {
    const { me, role } = this.#meeting;
    const viewer = role === 'viewer';
    const up = viewer ? me.asksForFloor : me.handRaised;
    const words = viewer ? (up ? 'You have asked to speak' : 'Ask to speak') : up ? 'Lower your hand' : 'Raise your hand';
    this.#hand.setAttribute('aria-pressed', String(up));
    this.#hand.setAttribute('aria-label', words);
    this.#hand.title = words;
    this.#hand.classList.toggle('on', up);
    // Who only watches has nothing to switch on.
    for (const id of ['toggle-microphone', 'toggle-camera', 'toggle-screen']) byId(id, HTMLElement).hidden = viewer;
    this.#tellOfKnocks();
    this.#tellOfAsking();
  }

  /** What cannot be done is told. */
  run(deed: Promise<void>): void {
    deed.catch((error: unknown) => {
      if (this.#undo.signal.aborted) return;
      this.#notices.show('refused', wordsFor(error), { kind: 'bad', stays_ms: 6000 });
    });
  }

  close(): void {
    this.#undo.abort();
    this.#open(false);
    this.#hand.classList.remove('on');
    this.#count.hidden = true;
    for (const id of ['toggle-microphone', 'toggle-camera', 'toggle-screen']) byId(id, HTMLElement).hidden = false;
  }

  #handClicked(): Promise<void> {
    const { me, role } = this.#meeting;
    if (role === 'viewer') return this.#meeting.askForFloor();
    return me.handRaised ? this.#meeting.lowerHand() : this.#meeting.raiseHand();
  }

  #open(open: boolean): void {
    this.#reactions.hidden = !open;
    this.#opener.setAttribute('aria-expanded', String(open));
    if (open) this.#reactions.querySelector('button')?.focus();
  }

  #tellOfKnocks(): void {
    const { moderation } = this.#meeting;
    const now = new Map(moderation.waiting.map(({ id, name }) => [id, name]));
    for (const id of this.#knocks) if (!now.has(id)) this.#notices.hide(`knock-${id}`);
    for (const [id, name] of now) {
      if (this.#knocks.has(id)) continue;
      const words = { title: `${name} would like to come in.`, advice: '' };
      this.#notices.show(`knock-${id}`, words, {
        action: { label: 'Let in', run: () => this.run(moderation.admit(id)) },
        otherwise: { label: 'Turn away', run: () => this.run(moderation.deny(id)) },
      });
    }
    this.#knocks = new Set(now.keys());
    this.#count.hidden = now.size === 0;
    setText(this.#count, String(now.size));
    const words = now.size === 0 ? 'Who is here' : `Who is here, ${now.size} waiting to be let in`;
    byId('toggle-people', HTMLElement).setAttribute('aria-label', words);
  }

  #tellOfAsking(): void {
    const { role, participants, moderation } = this.#meeting;
    const asking = [...participants.values()].filter((one) => role === 'host' && one.asksForFloor);
    for (const id of this.#asking) if (!asking.some((one) => one.id === id)) this.#notices.hide(`floor-${id}`);
    for (const { id, name } of asking) {
      if (this.#asking.has(id)) continue;
      this.#notices.show(`floor-${id}`, { title: `${name} would like to speak.`, advice: '' }, {
        action: { label: 'Give the floor', run: () => this.run(moderation.grantFloor(id)) },
        otherwise: { label: 'Not now', run: () => this.run(moderation.refuseFloor(id)) },
      });
    }
    this.#asking = new Set(asking.map(({ id }) => id));
  }

  #tellOfMute(by: string, source: string): void {
    const words = { title: `${by} has muted your ${source}.`, advice: 'You can switch it on again.' };
    this.#notices.show('mute-asked', words, { kind: 'warn', stays_ms: 8000 });
  }

  #tellOfFloor(granted: boolean): void {
    const words = granted
      ? { title: 'You have the floor.', advice: 'Switch your microphone or your camera on.' }
      : { title: 'Not now: the host has not given you the floor.', advice: '' };
    this.#notices.show('floor', words, { kind: granted ? 'plain' : 'warn', stays_ms: 8000 });
  }
}
