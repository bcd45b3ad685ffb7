// A canvas off the page as a video track. Chromium takes each drawing, whether anybody sees the page or not; Firefox takes
// them as it renders the page, and of one in the background it renders about one picture in a second or two.

export interface CanvasTrack {
  readonly pen: CanvasRenderingContext2D;
  readonly track: MediaStreamTrack;
}

export function canvasTrack(width: number, height: number): CanvasTrack {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  // Without an alpha channel, which Chromium would code beside the picture.
  const pen = canvas.getContext('2d', { alpha: false });
  const [track] = pen ? canvas.captureStream().getVideoTracks() : [];
  if (!pen || !track) throw new DOMException('The canvas gives no track', 'NotSupportedError');
  return { pen, track };
}
