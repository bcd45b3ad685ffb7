// The meeting in an element of the page: a tile for everybody, one for each screen, and the sound. The one file of the
// SDK that touches the document; it reaches it through the element that it is given.
//
// Elements carry class names and data attributes for the page's own style; what is set here is the least that makes
// it usable without any. Names are text, never markup.

import type { Undo } from '../../bindings/ports.ts';
import type { Participant, ParticipantSource } from './participant.ts';

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
  /** The browser holds the sound back until the user has clicked. */
  audioBlocked(unlock: () => void): void;
  audioUnlocked(): void;
}

const shape = (aspect: string): string =>
  `position:relative;overflow:hidden;margin:0;background:#222;color:#fff;aspect-ratio:${aspect};display:grid;place-items:center`;
const cover = 'position:absolute;inset:0;width:100%;height:100%;object-fit:';
const label = 'position:absolute;left:0;bottom:0;padding:.2em .6em;background:#000a;font:14px sans-serif';

export function mount(meeting: Mountable, element: Element, events: MountEvents): Undo {
  const sound = new SoundGate(element.ownerDocument, events, meeting.speaker);
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
        tiles.set(key, (tile = new Tile(grid.ownerDocument, person.local, isScreen, sound)));
        grid.append(tile.element);
        tile.unwatch = meeting.watch(person, isScreen ? 'screen' : 'camera', tile.element, { priority: isScreen ? 'high' : 'normal' });
      }
      tile.show(person, person.local && !isScreen && meeting.camera.mirrored);
    }
  };
  show();
  const unsubscribe = meeting.subscribe(show);
  return () => {
    unsubscribe();
    sound.close();
    for (const tile of tiles.values()) tile.remove();
    tiles.clear();
    grid.remove();
  };
}

class Tile {
  readonly element: HTMLElement;
  /** Its size is no concern of the sender's any more. */
  unwatch: Undo | undefined;
  readonly #isScreen: boolean;
  readonly #sound: SoundGate;
  readonly #video: HTMLVideoElement;
  readonly #audio: HTMLAudioElement | undefined;
  readonly #name: HTMLElement;
  readonly #muted: HTMLElement;

  constructor(page: Document, isLocal: boolean, isScreen: boolean, sound: SoundGate) {
    this.#isScreen = isScreen;
    this.#sound = sound;
    this.element = page.createElement('figure');
    this.element.className = `meetwire-tile meetwire-${isScreen ? 'screen' : 'person'}`;
    this.element.style.cssText = shape(isScreen ? '16/9' : '4/3');

    const video = (this.#video = page.createElement('video'));
    video.autoplay = true;
    video.playsInline = true;
    // Silent pictures may always play. What is heard goes through an element of its own.
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
      this.#audio = page.createElement('audio');
      this.#audio.autoplay = true;
      this.element.append(this.#audio);
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
    play(this.#video, picture, () => {});
    if (this.#audio) this.#sound.play(this.#audio, sound);
  }

  remove(): void {
    this.unwatch?.();
    this.#video.srcObject = null;
    if (this.#audio) {
      this.#audio.srcObject = null;
      this.#sound.forget(this.#audio);
    }
    this.element.remove();
  }
}

/** Sound that the browser refuses to play is tried again at the user's next click or key. */
class SoundGate {
  readonly #page: Document;
  readonly #events: MountEvents;
  readonly #speaker: Mountable['speaker'];
  readonly #attached = new Map<HTMLAudioElement, Undo>();
  readonly #blocked = new Set<HTMLAudioElement>();
  readonly #unlock = (): void => this.#tryAgain();

  constructor(page: Document, events: MountEvents, speaker: Mountable['speaker']) {
    this.#page = page;
    this.#events = events;
    this.#speaker = speaker;
  }

  play(audio: HTMLAudioElement, source: ParticipantSource): void {
    if (!this.#attached.has(audio)) this.#attached.set(audio, this.#speaker.attach(audio));
    play(audio, source, () => this.#block(audio));
  }

  forget(audio: HTMLAudioElement): void {
    this.#attached.get(audio)?.();
    this.#attached.delete(audio);
    this.#blocked.delete(audio);
  }

  close(): void {
    this.#blocked.clear();
    this.#listen(false);
  }

  #block(audio: HTMLAudioElement): void {
    if (!audio.srcObject) return;
    const isFirst = this.#blocked.size === 0;
    this.#blocked.add(audio);
    if (!isFirst) return;
    this.#listen(true);
    this.#events.audioBlocked(this.#unlock);
  }

  #tryAgain(): void {
    for (const audio of this.#blocked) {
      audio.play().then(
        () => {
          if (!this.#blocked.delete(audio) || this.#blocked.size > 0) return;
          this.#listen(false);
          this.#events.audioUnlocked();
        },
        () => {}, // not a click that the browser counts: the next one may be
      );
    }
  }

  #listen(on: boolean): void {
    const change = on ? 'addEventListener' : 'removeEventListener';
    for (const type of ['click', 'keydown']) this.#page[change](type, this.#unlock, true);
  }
}

function play(element: HTMLMediaElement, { stream }: ParticipantSource, whenBlocked: () => void): void {
  const wanted = stream ?? null;
  // Setting the same stream anew would make the picture flicker.
  if (element.srcObject === wanted) return;
  element.srcObject = wanted;
  if (!wanted) return;
  element.play().catch((error: unknown) => {
    // An AbortError only says that another stream has been set meanwhile.
    if (error instanceof Error && error.name === 'NotAllowedError') whenBlocked();
  });
}
