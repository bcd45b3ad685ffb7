// The one line by which everything leaves to everybody: measured every second, bounded as the core decides. And what is
// shown here of the others, which they are told, so that they send no more.

import type { FlowCommandOf, FlowEvent, MeasuredLink } from '../../../bindings/flow-types.ts';
import type { LinkReader } from '../../../bindings/link-statistics.ts';
import type { Slot } from '../../../bindings/client-types.ts';
import type { ClockPort, PeerGauge, Undo } from '../../../bindings/ports.ts';
import type { Participant } from '../participant.ts';
import { applyShare } from '../../../bindings/browser/sender-share.ts';
import { watchSight } from '../../../bindings/browser/sight.ts';
import { BrowserLinkReader } from '../../../bindings/browser/statistics.ts';

/** Where a picture is shown: an element of the page, or so many device pixels wide where no element shows it. */
export type Sight = Element | { readonly width: number };

export interface WatchOptions {
  /** `high`: it is what the user looks at, pinned or on the stage. Default `normal`. */
  priority?: 'normal' | 'high';
}

/** What it needs of the meeting. */
export interface UplinkNeeds {
  readonly clock: ClockPort;
  dispatch(event: FlowEvent): void;
  gauge(peer: string): PeerGauge | undefined;
  /** Those whose connection carries data. */
  peers(): Iterable<string>;
}

const measureEvery = 1000;
const slots: readonly Slot[] = ['microphone', 'camera', 'screen', 'screen-audio'];

interface Watched {
  width: number;
  priority: number;
}

export class Uplink {
  readonly #needs: UplinkNeeds;
  readonly #readers = new Map<string, { gauge: PeerGauge; reader: LinkReader }>();
  readonly #shares = new Map<string, FlowCommandOf<'share_changed'>>();
  readonly #watched = new Map<string, Set<Watched>>();
  readonly #captured = new Map<Slot, number>();
  #cancelWake: Undo | undefined;
  #closed = false;

  constructor(needs: UplinkNeeds) {
    this.#needs = needs;
  }

  /** Connections have come or gone. One alone is left to the browser, and what was measured of it is soon too old. */
  linksChanged(): void {
    const isShared = [...this.#needs.peers()].length > 1;
    if (!isShared) this.#stop();
    else if (!this.#cancelWake && !this.#closed) this.#wakeLater();
    if (isShared) this.#tellCaptured();
  }

  shareChanged(command: FlowCommandOf<'share_changed'>): void {
    this.#shares.set(`${command.slot} ${command.peer}`, command);
    this.#apply(command);
  }

  watch(person: Participant, source: 'camera' | 'screen', sight: Sight, { priority = 'normal' }: WatchOptions = {}): Undo {
    // One's own picture costs nothing.
    if (this.#closed || person.local) return () => {};
    const key = `${source} ${person.id}`;
    const entry: Watched = { width: 0, priority: priority === 'high' ? 1 : 0 };
    const all = this.#watched.get(key) ?? new Set();
    this.#watched.set(key, all.add(entry));
    const told = (width: number): void => {
      entry.width = width;
      this.#show(person.id, source, all);
    };
    const unwatch = 'ownerDocument' in sight ? watchSight(sight, told) : undefined;
    if (!('ownerDocument' in sight)) told(sight.width);
    return () => {
      unwatch?.();
      if (!all.delete(entry)) return;
      // Who puts another element in its place does so at once.
      queueMicrotask(() => this.#show(person.id, source, all));
    };
  }

  forget(peer: string): void {
    this.#readers.delete(peer);
    for (const key of [...this.#shares.keys()]) if (key.endsWith(` ${peer}`)) this.#shares.delete(key);
  }

  close(): void {
    this.#closed = true;
    this.#stop();
    this.#watched.clear();
  }

  #stop(): void {
    this.#cancelWake?.();
    this.#cancelWake = undefined;
    this.#readers.clear();
  }

  #show(peer: string, slot: 'camera' | 'screen', all: ReadonlySet<Watched>): void {
    if (this.#closed) return;
    let width = 0;
    let priority = 0;
    for (const each of all) {
      width = Math.max(width, each.width);
      if (each.width > 0) priority = Math.max(priority, each.priority);
    }
    this.#needs.dispatch({ type: 'showing_changed', peer, slot, width: Math.min(Math.round(width), 65_535), priority });
  }

  #wakeLater(): void {
    const { clock } = this.#needs;
    this.#cancelWake = clock.at(clock.now() + measureEvery, () => void this.#measure());
  }

  async #measure(): Promise<void> {
    this.#tellCaptured();
    const links = await Promise.all([...this.#needs.peers()].map((peer) => this.#measureLink(peer)));
    // Ended meanwhile.
    if (!this.#cancelWake) return;
    this.#needs.dispatch({ type: 'links_measured', links: links.flatMap((link) => link ?? []) });
    // Again, where a browser refused it, or the sender is another one.
    for (const share of this.#shares.values()) this.#apply(share);
    this.#wakeLater();
  }

  async #measureLink(peer: string): Promise<MeasuredLink | undefined> {
    const gauge = this.#needs.gauge(peer);
    if (!gauge) return undefined;
    let entry = this.#readers.get(peer);
    if (entry?.gauge !== gauge) this.#readers.set(peer, (entry = { gauge, reader: new BrowserLinkReader(gauge) }));
    const figures = await entry.reader.statistics();
    if (!figures) return undefined;
    const { up, availableUp, roundTripTime, lossUp } = figures;
    return {
      peer,
      sentBps: Math.round(up),
      ...(availableUp !== undefined && { availableBps: Math.round(availableUp) }),
      ...(roundTripTime !== undefined && { roundTripMs: Math.round(roundTripTime * 1000) }),
      ...(lossUp !== undefined && { lostPerMille: Math.round(lossUp * 1000) }),
    };
  }

  #tellCaptured(): void {
    const gauges = [...this.#needs.peers()].map((peer) => this.#needs.gauge(peer));
    for (const slot of slots) {
      let track: MediaStreamTrack | null | undefined;
      for (const gauge of gauges) track ??= gauge?.transceiver(slot)?.sender.track;
      const width = track ? (track.getSettings().width ?? 0) : undefined;
      if (this.#captured.get(slot) === width) continue;
      if (width === undefined) this.#captured.delete(slot);
      else this.#captured.set(slot, width);
      this.#needs.dispatch({ type: 'capture_changed', slot, on: width !== undefined, width: width ?? 0 });
    }
  }

  #apply(share: FlowCommandOf<'share_changed'>): void {
    const { peer, slot } = share;
    const sender = this.#needs.gauge(peer)?.transceiver(slot)?.sender;
    if (sender) applyShare(sender, share, slot === 'camera' || slot === 'screen');
  }
}
