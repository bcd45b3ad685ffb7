// The list of who is here, with the state of each in words and marks.

import { byId, icon, make } from './dom.ts';
import type { Person } from './person.ts';

export class PeopleList {
  readonly #list = byId('people-list', HTMLUListElement);
  #last = '';

  update(people: readonly Person[]): void {
    const rows = people.map((person) => ({ ...person, words: stateInWords(person) }));
    // Sound levels change many times a second and are not shown here: leave the list alone then.
    const now = JSON.stringify(rows.map(({ id, name, words }) => [id, name, words]));
    if (now === this.#last) return;
    this.#last = now;
    this.#list.replaceChildren(...rows.map((row) => rowFor(row, row.words)));
  }

  close(): void {
    this.#last = '';
    this.#list.replaceChildren();
  }
}

function rowFor(person: Person, words: string): HTMLElement {
  const name = person.name === '' ? 'Guest' : person.name;
  const microphone = icon(person.microphone.on ? 'microphone' : 'microphone-off', person.microphone.on ? '' : 'is-off');
  const camera = icon(person.camera.on ? 'camera' : 'camera-off', person.camera.on ? '' : 'is-off');
  const row = make(
    'li',
    { class: 'person', testid: 'person' },
    make(
      'div',
      { class: 'person-words' },
      make('span', { class: 'person-name', text: person.mine ? `${name} (you)` : name }),
      make('span', { class: 'person-state', text: words }),
    ),
    make('div', { class: 'person-marks' }, microphone, camera),
  );
  row.dataset['user'] = person.id;
  return row;
}

function stateInWords(person: Person): string {
  const parts = [
    person.state,
    person.screen.on ? 'sharing a screen' : '',
    person.microphone.on ? 'microphone on' : 'microphone off',
    person.camera.on ? 'camera on' : 'camera off',
  ];
  return parts.filter((part) => part !== '').join(', ');
}
