// A canvas as a video track. Where the browser makes tracks of single frames (MediaStreamTrackGenerator, in Chromium) each
// drawing is handed on when it is done, whether anybody sees the page or not. Elsewhere it is `captureStream`, which
// follows the page's own rendering: in a tab in the background Firefox renders about once a second.

type Pen = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

export interface CanvasTrack {
  readonly pen: Pen;
  readonly track: MediaStreamTrack;
  /** The drawing is done. */
  drawn(): void;
  close(): void;
}

// MediaStreamTrack Insertable Streams, as Chromium has it on the page; TypeScript knows neither.
type Generator = MediaStreamTrack & { readonly writable: WritableStream<VideoFrame> };
type GeneratorClass = new (init: { kind: 'video' }) => Generator;

function penOf(canvas: HTMLCanvasElement | OffscreenCanvas): Pen {
  // Without an alpha channel, which would be coded beside the picture.
  const pen = canvas.getContext('2d', { alpha: false }) as Pen | null;
  if (!pen) throw new DOMException('The canvas has no 2d context', 'NotSupportedError');
  return pen;
}

function generated(width: number, height: number, Class: GeneratorClass): CanvasTrack {
  const canvas = new OffscreenCanvas(width, height);
  const pen = penOf(canvas);
  const track = new Class({ kind: 'video' });
  const writer = track.writable.getWriter();
  let isBusy = false;
  const done = (): void => void (isBusy = false);
  return {
    pen,
    track,
    drawn() {
      // A frame that is not taken yet is newer than the next would be when its turn came.
      if (isBusy) return;
      isBusy = true;
      const frame = new VideoFrame(canvas, { timestamp: Math.round(performance.now() * 1000), alpha: 'discard' });
      writer.write(frame).then(done, () => {
        frame.close();
        done();
      });
    },
    close() {
      writer.close().catch(() => {});
      track.stop();
    },
  };
}

function captured(width: number, height: number): CanvasTrack {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const pen = penOf(canvas);
  const [track] = canvas.captureStream().getVideoTracks();
  if (!track) throw new DOMException('The canvas gave no track', 'NotSupportedError');
  return { pen, track, drawn() {}, close: () => track.stop() };
}

export function canvasTrack(width: number, height: number): CanvasTrack {
  const { MediaStreamTrackGenerator: Class } = globalThis as { MediaStreamTrackGenerator?: GeneratorClass };
  const isThere = Class && typeof VideoFrame === 'function' && typeof OffscreenCanvas === 'function';
  return isThere ? generated(width, height, Class) : captured(width, height);
}
