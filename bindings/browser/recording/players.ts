// The pictures of tracks, to be drawn: a video element for each, off the page. Browsers play those on in tabs in the
// background too, since what comes live has nowhere else to go.

import type { Picture } from './painter.ts';
import { onGesture } from '../gestures.ts';

export class Players {
  readonly #players = new Map<MediaStreamTrack, HTMLVideoElement>();
  // Under power saving even silent pictures wait for a gesture.
  readonly #undo = onGesture(window, () => {
    for (const video of this.#players.values()) if (video.paused) video.play().catch(() => {});
  });

  /** These from now on, and no others. */
  play(tracks: ReadonlySet<MediaStreamTrack>): void {
    for (const [track, video] of this.#players) {
      if (tracks.has(track)) continue;
      video.srcObject = null;
      this.#players.delete(track);
    }
    for (const track of tracks) {
      if (this.#players.has(track)) continue;
      const video = document.createElement('video');
      video.muted = true;
      video.playsInline = true;
      video.srcObject = new MediaStream([track]);
      // Overtaken by another, by the end, or held back.
      video.play().catch(() => {});
      this.#players.set(track, video);
    }
  }

  close(): void {
    this.#undo();
    this.play(new Set());
  }

  /** Undefined: nothing to be seen yet, or any more. */
  pictureOf(track: MediaStreamTrack): Picture | undefined {
    const image = this.#players.get(track);
    if (!image || track.readyState === 'ended' || image.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || image.videoWidth === 0) return undefined;
    // Some browsers stop elements off the page when the page is hidden.
    if (image.paused) image.play().catch(() => {});
    return { image, width: image.videoWidth, height: image.videoHeight };
  }
}
