// The list of who is here, with the state of each in words and marks, who waits outside, and what a host can do.

import type { Knock, Meeting } from '../sdk/index.ts';
import { byId, icon, make } from './dom.ts';
import type { Person } from './person.ts';

export class PeopleList {
  readonly #list = byId('people-list', HTMLUListElement);
  readonly #door = byId('people-door', HTMLElement);
  readonly #meeting: Meeting;
  readonly #run: (deed: Promise<void>) => void;
  /** Whose controls are open. */
  #managed = '';
  // What is shown of each, and as what: a row stays the same element, under a finger too, while nothing of it changes.
  readonly #rows = new Map<string, { as: string; element: HTMLElement }>();
  #doorAs = '';
  #people: readonly Person[] = [];

  /** `run` tells of a deed that was refused. */
  constructor(meeting: Meeting, run: (deed: Promise<void>) => void) {
    this.#meeting = meeting;
    this.#run = run;
  }

  update(people: readonly Person[]): void {
    this.#people = people;
    const { role, locked, lobby, raisedHands, moderation } = this.#meeting;
    const hosts = role === 'host';
    const rows = people.map((person) => ({ ...person, words: stateInWords(person) }));
    const hands = raisedHands.map(({ id }) => id);
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset['testid'] : undefined;
    const inside = this.#list.contains(document.activeElement) || this.#door.contains(document.activeElement);
    const before = new Map(this.#rows);
    this.#rows.clear();
    for (const row of rows) {
      const place = hands.indexOf(row.id) + 1;
      const as = JSON.stringify([row.name, row.words, row.handRaised, place, hosts, this.#managed === row.id]);
      const there = before.get(row.id);
      this.#rows.set(row.id, there?.as === as ? there : { as, element: this.#row(row, row.words, place) });
    }
    putInOrder(this.#list, [...this.#rows.values()].map(({ element }) => element));
    const doorAs = JSON.stringify([hosts, locked, lobby, moderation.waiting]);
    if (doorAs !== this.#doorAs) {
      this.#doorAs = doorAs;
      this.#door.replaceChildren(...(hosts ? this.#doorFor(moderation.waiting) : []));
      this.#door.hidden = !hosts;
    }
    // Whoever works with the keyboard must not be thrown out of the list because somebody else has moved.
    if (inside && focused !== undefined && document.activeElement === document.body) document.querySelector<HTMLElement>(`[data-testid="${CSS.escape(focused)}"]`)?.focus();
  }

  close(): void {
    this.#rows.clear();
    this.#doorAs = '';
    this.#managed = '';
    this.#list.replaceChildren();
    this.#door.replaceChildren();
  }

  #doorFor(waiting: readonly Knock[]): Node[] {
    const { moderation, locked, lobby } = this.#meeting;
    const deeds = make(
      'div',
      { class: 'deeds' },
      this.#button(locked ? 'Unlock the room' : 'Lock the room', 'lock', () => (locked ? moderation.unlock() : moderation.lock())),
      this.#button(lobby ? 'Let everyone in' : 'Have newcomers wait', 'set-lobby', () => moderation.setLobby(!lobby)),
      this.#button('Mute everyone', 'mute-all', () => moderation.muteForAll()),
      this.#button('End for all', 'end', () => moderation.end(), 'bad'),
    );
    const knocks = waiting.map(({ id, name }) =>
      make(
        'li',
        { class: 'person', testid: 'knock' },
        make('div', { class: 'person-words' }, make('span', { class: 'person-name', text: name }), make('span', { class: 'person-state', text: 'waits to be let in' })),
        this.#button('Let in', `admit-${id}`, () => moderation.admit(id), 'good'),
        this.#button('Turn away', `deny-${id}`, () => moderation.deny(id)),
      ),
    );
    if (knocks.length === 0) return [deeds];
    const all = knocks.length > 1 ? [this.#button('Let all in', 'admit-all', () => moderation.admitAll(), 'good')] : [];
    return [deeds, make('ul', { class: 'knocks', testid: 'knocks', label: 'Waiting to be let in' }, ...knocks), ...all];
  }

  #row(person: Person, words: string, place: number): HTMLElement {
    const name = person.name === '' ? 'Guest' : person.name;
    const microphone = icon(person.microphone.on ? 'microphone' : 'microphone-off', person.microphone.on ? '' : 'is-off');
    const camera = icon(person.camera.on ? 'camera' : 'camera-off', person.camera.on ? '' : 'is-off');
    const marks = make('div', { class: 'person-marks' }, ...(person.role === 'viewer' ? [] : [microphone, camera]));
    if (place > 0) marks.prepend(make('span', { class: 'hand-place', testid: 'hand-place', text: `${place}`, label: `Hand raised, number ${place}` }), icon('hand', 'is-up'));
    const row = make(
      'li',
      { class: 'person', testid: 'person' },
      make(
        'div',
        { class: 'person-words' },
        make('span', { class: 'person-name', text: person.mine ? `${name} (you)` : name }),
        make('span', { class: 'person-state', text: words }),
      ),
      marks,
    );
    row.dataset['user'] = person.id;
    if (this.#meeting.role === 'host' && !person.mine) this.#addControls(row, person, name);
    return row;
  }

  #addControls(row: HTMLElement, { id, role, handRaised, asksForFloor }: Person, name: string): void {
    const { moderation } = this.#meeting;
    const open = this.#managed === id;
    const more = make('button', { class: 'quiet square', testid: `manage-${id}`, label: `What you can do about ${name}` }, icon('more'));
    more.type = 'button';
    more.setAttribute('aria-expanded', String(open));
    more.addEventListener('click', () => {
      this.#managed = open ? '' : id;
      this.update(this.#people);
    });
    row.append(more);
    if (!open) return;
    const deeds = make('div', { class: 'deeds' });
    if (role === 'viewer') {
      deeds.append(this.#button('Give the floor', `floor-${id}`, () => moderation.grantFloor(id), 'good'));
      if (asksForFloor) deeds.append(this.#button('Not now', `no-floor-${id}`, () => moderation.refuseFloor(id)));
    } else {
      deeds.append(this.#button('Mute', `mute-${id}`, () => moderation.muteFor(id)));
    }
    if (handRaised) deeds.append(this.#button('Lower the hand', `lower-${id}`, () => this.#meeting.lowerHand(id)));
    if (role === 'host') deeds.append(this.#button('Make a guest', `guest-${id}`, () => moderation.giveRole(id, 'guest')));
    else deeds.append(this.#button('Make a host', `host-${id}`, () => moderation.giveRole(id, 'host')));
    if (role === 'guest') deeds.append(this.#button('Only let watch', `viewer-${id}`, () => moderation.giveRole(id, 'viewer')));
    deeds.append(this.#button('Remove', `remove-${id}`, () => moderation.remove(id), 'bad'));
    row.append(deeds);
  }

  #button(text: string, testid: string, deed: () => Promise<void>, kind = ''): HTMLButtonElement {
    const button = make('button', { class: `deed ${kind}`.trim(), text, testid });
    button.type = 'button';
    button.addEventListener('click', () => this.#run(deed()));
    return button;
  }
}

/** What stays is not touched: taken out for a moment it would lose the press of a button and the focus. */
function putInOrder(list: HTMLElement, wanted: readonly HTMLElement[]): void {
  const kept = new Set<Element>(wanted);
  for (const child of [...list.children]) if (!kept.has(child)) child.remove();
  let at = list.firstElementChild;
  for (const element of wanted) {
    if (element === at) at = at.nextElementSibling;
    else list.insertBefore(element, at);
  }
}

function stateInWords(person: Person): string {
  const parts = [
    person.role === 'host' ? 'host' : person.role === 'viewer' ? 'watching' : '',
    person.asksForFloor ? 'would like to speak' : '',
    person.state,
    person.screen.on ? 'sharing a screen' : '',
    person.role === 'viewer' ? '' : person.microphone.on ? 'microphone on' : 'microphone off',
    person.role === 'viewer' ? '' : person.camera.on ? 'camera on' : 'camera off',
  ];
  return parts.filter((part) => part !== '').join(', ');
}
