// Small helpers for making and finding elements. Text goes in as text nodes only: nothing here takes markup.

const svgNamespace = 'http://www.w3.org/2000/svg';

export interface Parts {
  class?: string;
  text?: string;
  testid?: string;
  label?: string;
}

/** A new element with a class, text, accessible label and children. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  parts: Parts = {},
  ...children: Node[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  if (parts.class !== undefined) element.className = parts.class;
  if (parts.text !== undefined) element.textContent = parts.text;
  if (parts.testid !== undefined) element.dataset['testid'] = parts.testid;
  if (parts.label !== undefined) element.setAttribute('aria-label', parts.label);
  element.append(...children);
  return element;
}

/** The element of index.html with this id; its absence is a defect of the page. */
export function byId<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new TypeError(`The page has no ${kind.name} #${id}`);
  return element;
}

export type IconName =
  | 'microphone'
  | 'microphone-off'
  | 'camera'
  | 'camera-off'
  | 'screen'
  | 'chat'
  | 'people'
  | 'leave'
  | 'link'
  | 'close'
  | 'hand'
  | 'more'
  | 'send';

/** An icon from the sprite in index.html; hidden from assistive technology, which reads the words beside it. */
export function icon(name: IconName, extra = ''): SVGSVGElement {
  const svg = document.createElementNS(svgNamespace, 'svg');
  svg.setAttribute('class', extra === '' ? 'icon' : `icon ${extra}`);
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(svgNamespace, 'use');
  use.setAttribute('href', `#icon-${name}`);
  svg.append(use);
  return svg;
}

/** Shows another icon in a button of index.html. */
export function setIcon(button: Element, name: IconName): void {
  button.querySelector('use')?.setAttribute('href', `#icon-${name}`);
}

/** Sets text only where it differs, so that live regions do not speak unchanged words again. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * The stream in which an element plays these tracks: the one that it has, where that is right, since another would begin
 * anew. Undefined: there is nothing to play.
 */
export function streamFor(element: HTMLMediaElement, tracks: readonly (MediaStreamTrack | null | undefined)[]): MediaStream | undefined {
  const wanted = tracks.filter((track): track is MediaStreamTrack => track != null && track.readyState === 'live');
  const stream = element.srcObject instanceof MediaStream ? element.srcObject : undefined;
  const playing = stream?.getTracks() ?? [];
  if (wanted.length === playing.length && wanted.every((track) => playing.includes(track))) return stream;
  return wanted.length > 0 ? new MediaStream(wanted) : undefined;
}
