// The floor of the meeting: a tile a person, shared screens in front, both sized to the room there is.

import { byId } from './dom.ts';
import { largestTiles, stripTiles } from './layout.ts';
import type { Person } from './person.ts';
import { ShareTile, Tile, type Senses } from './tile.ts';

interface Shown {
  readonly element: HTMLElement;
  update(person: Person): void;
  react?(emoji: string): void;
  remove(): void;
}

export class Stage {
  readonly #stage = byId('stage', HTMLElement);
  readonly #grid = byId('grid', HTMLUListElement);
  readonly #shares = byId('shares', HTMLUListElement);
  readonly #tiles = new Map<string, Shown>();
  readonly #shown = new Map<string, Shown>();
  readonly #watch: ResizeObserver;
  readonly #senses: Senses;

  constructor(senses: Senses) {
    this.#senses = senses;
    this.#watch = new ResizeObserver(() => this.#fit());
    this.#watch.observe(this.#grid);
  }

  update(people: readonly Person[]): void {
    // Who only watches is in the list of people alone.
    const seen = people.filter(({ role, mine }) => role !== 'viewer' || (mine && people.length === 1));
    reconcile(this.#tiles, this.#grid, seen, (person) => new Tile(person, this.#senses));
    const sharing = people.filter((person) => person.screen.on);
    reconcile(this.#shown, this.#shares, sharing, (person) => new ShareTile(person, this.#senses));
    this.#shares.hidden = sharing.length === 0;
    this.#stage.classList.toggle('sharing', sharing.length > 0);
    this.#fit();
  }

  react(id: string, emoji: string): void {
    this.#tiles.get(id)?.react?.(emoji);
  }

  close(): void {
    this.#watch.disconnect();
    for (const tile of [...this.#tiles.values(), ...this.#shown.values()]) tile.remove();
    this.#tiles.clear();
    this.#shown.clear();
    this.#shares.hidden = true;
    this.#stage.classList.remove('sharing');
  }

  #fit(): void {
    const { clientWidth: width, clientHeight: height } = this.#grid;
    if (width === 0 || height === 0) return;
    const gap = Number.parseFloat(getComputedStyle(this.#grid).columnGap) || 0;
    const beside = this.#stage.classList.contains('sharing');
    const vertical = getComputedStyle(this.#stage).flexDirection === 'row';
    const size = beside ? stripTiles(width, height, vertical) : largestTiles(this.#tiles.size, width, height, gap);
    this.#grid.style.setProperty('--tile-width', `${size.width}px`);
    this.#grid.style.setProperty('--tile-height', `${size.height}px`);
  }
}

// Keeps elements that stay: what is taken out of the document and put back in has a gap.
function reconcile(
  shown: Map<string, Shown>,
  list: HTMLUListElement,
  people: readonly Person[],
  create: (person: Person) => Shown,
): void {
  const present = new Set(people.map((person) => person.id));
  for (const [id, tile] of shown) {
    if (present.has(id)) continue;
    tile.remove();
    shown.delete(id);
  }
  for (const person of people) {
    const tile = shown.get(person.id);
    if (tile !== undefined) {
      tile.update(person);
      continue;
    }
    const fresh = create(person);
    shown.set(person.id, fresh);
    list.append(fresh.element);
  }
}
