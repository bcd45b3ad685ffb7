// The meeting in an element of the page: a tile for everybody, one for each screen, and the sound. It reaches the document
// through the element that it is given.
//
// Elements carry class names and data attributes for the page's own style; what is set here is the least that makes
// it usable without any. Names are text, never markup.

import type { Undo } from '../../bindings/ports.ts';
import type { Participant } from './participant.ts';
import { Playback } from './playback.ts';

/** As much of a meeting as is shown. */
export interface Mountable {
  readonly me: Participant;
  readonly participants: ReadonlyMap<string, Participant>;
  readonly camera: { readonly mirrored: boolean };
  readonly speaker: { attach(element: HTMLMediaElement): Undo };
  subscribe(listener: () => void): Undo;
  watch(participant: Participant, source: 'camera' | 'screen', element: Element, options: { priority: 'normal' | 'high' }): Undo;
}

export interface MountEvents {
  /** The browser holds sound or pictures back until the user has clicked. */
  audioBlocked(unlock: () => void): void;
  /** Nothing is held back any more. */
  audioUnlocked(): void;
}

/** One for all elements in which a meeting is shown: nothing is held back only when nothing is in any of them. */
const playbacks = new WeakMap<Mountable, Playback>();

function playbackOf(meeting: Mountable, { audioBlocked, audioUnlocked }: MountEvents): Playback {
  const before = playbacks.get(meeting);
  if (before) return before;
  const playback = new Playback({ blocked: audioBlocked, unblocked: audioUnlocked });
  playbacks.set(meeting, playback);
  return playback;
}

const shape = (aspect: string): string =>
  `position:relative;overflow:hidden;margin:0;background:#222;color:#fff;aspect-ratio:${aspect};display:grid;place-items:center`;
const cover = 'position:absolute;inset:0;width:100%;height:100%;object-fit:';
const label = 'position:absolute;left:0;bottom:0;padding:.2em .6em;background:#000a;font:14px sans-serif';

export function mount(meeting: Mountable, element: Element, events: MountEvents): Undo {
  const playback = playbackOf(meeting, events);
  const tiles = new Map<string, Tile>();
  const grid = element.ownerDocument.createElement('div');
  grid.className = 'meetwire-grid';
  grid.style.cssText = 'display:grid;gap:8px;grid-template-columns:repeat(auto-fit,minmax(min(100%,240px),1fr))';
  element.append(grid);

  const show = (): void => {
    const wanted = new Map<string, [Participant, boolean]>();
    for (const person of [meeting.me, ...meeting.participants.values()]) {
      // Who only watches shows nothing.
      if (person.role === 'viewer') continue;
      wanted.set(`person ${person.id}`, [person, false]);
      if (person.screen.on) wanted.set(`screen ${person.id}`, [person, true]);
    }
    for (const [key, tile] of tiles) {
      if (wanted.has(key)) continue;
      tile.remove();
      tiles.delete(key);
    }
    for (const [key, [person, isScreen]] of wanted) {
      let tile = tiles.get(key);
      if (!tile) {
        tiles.set(key, (tile = new Tile(grid.ownerDocument, person.local, isScreen, playback)));
        grid.append(tile.element);
        tile.undos.push(meeting.watch(person, isScreen ? 'screen' : 'camera', tile.element, { priority: isScreen ? 'high' : 'normal' }));
        if (tile.audio) tile.undos.push(meeting.speaker.attach(tile.audio));
      }
      tile.show(person, person.local && !isScreen && meeting.camera.mirrored);
    }
  };
  show();
  const unsubscribe = meeting.subscribe(show);
  return () => {
    unsubscribe();
    for (const tile of tiles.values()) tile.remove();
    tiles.clear();
    grid.remove();
  };
}

class Tile {
  readonly element: HTMLElement;
  /** The sound of everybody else. */
  readonly audio: HTMLAudioElement | undefined;
  /** What ends with it. */
  readonly undos: Undo[] = [];
  readonly #isScreen: boolean;
  readonly #playback: Playback;
  readonly #video: HTMLVideoElement;
  readonly #name: HTMLElement;
  readonly #muted: HTMLElement;

  constructor(page: Document, isLocal: boolean, isScreen: boolean, playback: Playback) {
    this.#isScreen = isScreen;
    this.#playback = playback;
    this.element = page.createElement('figure');
    this.element.className = `meetwire-tile meetwire-${isScreen ? 'screen' : 'person'}`;
    this.element.style.cssText = shape(isScreen ? '16/9' : '4/3');

    const video = (this.#video = page.createElement('video'));
    video.autoplay = true;
    video.playsInline = true;
    // Silent pictures may play where sound may not. What is heard goes through an element of its own.
    video.muted = true;
    video.style.cssText = `${cover}${isScreen ? 'contain' : 'cover'}`;

    const caption = page.createElement('figcaption');
    caption.style.cssText = label;
    this.#muted = page.createElement('span');
    this.#muted.className = 'meetwire-muted';
    this.#muted.textContent = '🔇 ';
    this.#muted.title = 'Microphone off';
    this.#name = page.createElement('span');
    this.#name.className = 'meetwire-name';
    caption.append(this.#muted, this.#name);
    this.element.append(video, caption);
    if (!isLocal) {
      this.audio = page.createElement('audio');
      this.audio.autoplay = true;
      this.element.append(this.audio);
    }
  }

  show(person: Participant, mirrored: boolean): void {
    const { element } = this;
    const picture = this.#isScreen ? person.screen : person.camera;
    const sound = this.#isScreen ? person.screen : person.microphone;
    element.dataset['participant'] = person.id;
    element.dataset['connection'] = person.connection;
    // While the meeting measures.
    element.dataset['speaking'] = String(person.speaking);
    element.style.opacity = person.connection === 'connected' ? '1' : '.6';
    this.#name.textContent = person.name;
    this.#muted.hidden = this.#isScreen || person.microphone.on;
    this.#video.hidden = !picture.on;
    this.#video.style.transform = mirrored ? 'scaleX(-1)' : '';
    this.#playback.play(this.#video, picture.stream);
    if (this.audio) this.#playback.play(this.audio, sound.stream);
  }

  remove(): void {
    for (const undo of this.undos) undo();
    this.#playback.forget(this.#video);
    if (this.audio) this.#playback.forget(this.audio);
    this.element.remove();
  }
}
