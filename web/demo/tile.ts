// One person's tile: picture or initials, name, badges, and the sound of those who are not oneself.

import type { Playback } from '../sdk/playback.ts';
import { icon, make, setText, streamFor } from './dom.ts';
import { QualityMark } from './quality-mark.ts';
import { hueOf, initialsOf, type Person } from './person.ts';

/** What comes with everything that is heard and seen. */
export interface Senses {
  readonly playback: Playback;
  /** It plays through the chosen speaker from now on. Gives the undo. */
  attach(element: HTMLMediaElement): () => void;
  /** They send their picture as large as the element shows it. Gives the undo. */
  watch(person: Person, source: 'camera' | 'screen', element: Element): () => void;
}

export class Tile {
  readonly element: HTMLLIElement;
  readonly #video = make('video');
  readonly #sound: HTMLAudioElement | undefined;
  readonly #initials = make('span');
  readonly #name = make('span', { class: 'tag-name', testid: 'tile-name' });
  readonly #muted = icon('microphone-off');
  readonly #mutedWords = make('span', { class: 'out-of-sight' });
  readonly #hand = icon('hand', 'is-up');
  readonly #handWords = make('span', { class: 'out-of-sight' });
  readonly #state = make('p', { class: 'state', testid: 'tile-state' });
  readonly #quality = new QualityMark();
  readonly #senses: Senses;
  readonly #detach: (() => void) | undefined;
  readonly #unwatch: () => void;

  constructor(person: Person, senses: Senses) {
    this.#senses = senses;
    this.#video.autoplay = true;
    this.#video.playsInline = true;
    this.#video.muted = true; // what is heard comes from the audio element, so that a picture never blocks it
    if (!person.mine) {
      this.#sound = make('audio');
      this.#sound.autoplay = true;
      this.#detach = senses.attach(this.#sound);
    }

    const initials = make('div', { class: 'initials' }, this.#initials);
    initials.setAttribute('aria-hidden', 'true');
    this.#initials.style.setProperty('--hue', String(hueOf(person.id)));
    this.#muted.dataset['testid'] = 'muted-badge';
    this.#hand.dataset['testid'] = 'hand-badge';
    const tag = make('div', { class: 'tag' }, this.#hand, this.#muted, this.#name, this.#mutedWords, this.#handWords);

    this.element = make('li', { class: 'tile', testid: 'tile' }, initials, this.#video, tag, this.#state, this.#quality.element);
    if (this.#sound !== undefined) this.element.append(this.#sound);
    this.element.dataset['user'] = person.id;
    this.#unwatch = senses.watch(person, 'camera', this.element);
    this.update(person);
  }

  update(person: Person): void {
    const name = person.name === '' ? 'Guest' : person.name;
    setText(this.#name, person.mine ? `${name} (you)` : name);
    setText(this.#initials, initialsOf(name));
    setText(this.#mutedWords, person.microphone.on ? '' : ', microphone off');
    setText(this.#handWords, person.handRaised ? ', hand raised' : '');
    this.#hand.toggleAttribute('hidden', !person.handRaised);
    setText(this.#state, person.state);
    this.#state.hidden = person.state === '';
    this.#muted.toggleAttribute('hidden', person.microphone.on);
    this.element.classList.toggle('waiting', person.state !== '');
    this.element.classList.toggle('speaking', person.speaking);
    this.element.classList.toggle('active', person.active);
    this.#quality.update(person.quality);
    this.element.dataset['camera'] = person.camera.on ? 'on' : 'off';
    this.element.dataset['microphone'] = person.microphone.on ? 'on' : 'off';

    const picture = person.camera.on ? person.camera.tracks : [];
    this.#video.hidden = picture.length === 0;
    this.#video.classList.toggle('mirrored', person.mirrored);
    const { playback } = this.#senses;
    playback.play(this.#video, streamFor(this.#video, picture));
    if (this.#sound !== undefined) playback.play(this.#sound, streamFor(this.#sound, person.microphone.tracks));
  }

  /** Shows an emoji over the tile for a moment. */
  react(emoji: string): void {
    const mark = make('span', { class: 'reaction', text: emoji, testid: 'reaction' });
    this.element.append(mark);
    window.setTimeout(() => mark.remove(), 4000);
  }

  remove(): void {
    this.#quality.close();
    this.#unwatch();
    this.#detach?.();
    this.#senses.playback.forget(this.#video);
    if (this.#sound !== undefined) this.#senses.playback.forget(this.#sound);
    this.element.remove();
  }
}

/** A shared screen: large, uncropped, with its sound unless it is one's own. */
export class ShareTile {
  readonly element: HTMLLIElement;
  readonly #video = make('video');
  readonly #name = make('span', { class: 'tag-name' });
  readonly #senses: Senses;
  readonly #detach: () => void;
  readonly #unwatch: () => void;

  constructor(person: Person, senses: Senses) {
    this.#senses = senses;
    this.#video.autoplay = true;
    this.#video.playsInline = true;
    this.#video.muted = person.mine;
    this.#detach = senses.attach(this.#video);
    this.element = make('li', { class: 'share', testid: 'share' }, this.#video, make('div', { class: 'tag' }, this.#name));
    this.element.dataset['user'] = person.id;
    this.#unwatch = senses.watch(person, 'screen', this.element);
    this.update(person);
  }

  update(person: Person): void {
    setText(this.#name, person.mine ? 'You are sharing your screen' : `Screen of ${person.name || 'Guest'}`);
    this.#senses.playback.play(this.#video, streamFor(this.#video, person.screen.tracks));
  }

  remove(): void {
    this.#detach();
    this.#unwatch();
    this.#senses.playback.forget(this.#video);
    this.element.remove();
  }
}
