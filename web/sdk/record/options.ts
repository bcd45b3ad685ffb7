// What an application may ask of a recording, and whether it makes sense.

import type { ErrorTable } from '../../../bindings/errors.ts';
import type { RecordingPort } from '../../../bindings/recording/ports.ts';
import type { RecordingLayout } from './layout.ts';
import type { OnChunk } from './targets.ts';

export interface RecordOptions {
  /** Default: `screen-first`. */
  layout?: RecordingLayout;
  /**
   * A media type for `MediaRecorder`, or several, the best first: the first that the browser has is taken. Default: WebM
   * with VP8 and Opus, which Chromium, Firefox and newer Safari have, or else MP4. `recording.mimeType` says what it became.
   */
  mimeType?: string | readonly string[];
  /** In pixels. Default: 1280 and 720. */
  width?: number;
  height?: number;
  /** Pictures a second. Default: 25. */
  frameRate?: number;
  /** Default: the browser's own. */
  videoBitsPerSecond?: number;
  audioBitsPerSecond?: number;
  /**
   * Called with the file piece by piece, so that nothing of it is kept: `position` is where in the file `data` belongs, in
   * bytes. That is behind all that came before, but for the very last piece: it has the position 0 and goes over the
   * file's beginning, which cannot say earlier how long the file is and where one can seek to. Who cannot write over what
   * is written leaves that one out; the file plays, but many players show no duration, and some cannot seek.
   *
   * While a promise that it gave is pending it is not called again: meanwhile the pieces are kept. If it throws or rejects,
   * or if it falls behind by more than 256 MB, the recording ends with `storage-failed`.
   */
  onChunk?: OnChunk;
  /**
   * Where to write the file as it is made; it is closed at the end. A stream that can seek, as those of
   * `FileSystemFileHandle.createWritable`, gets the whole file right; any other gets all but the last piece (see `onChunk`).
   */
  writable?: WritableStream;
  /** How often there is a piece, in milliseconds. Default: 1000. */
  chunkInterval?: number;
  /** Ends by itself with the piece in which it has become so long, in milliseconds, or so large, in bytes. */
  maxDuration?: number;
  maxBytes?: number;
  /**
   * Lets the others see that one records: as long as it goes on one has the attribute `recording`. Default: true. Where the
   * server has no attributes nobody is told.
   */
  announce?: boolean;
}

/** Internal: with all that was left to us. */
export interface Wish {
  readonly layout: RecordingLayout;
  readonly mimeType: string;
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
  readonly videoBitsPerSecond: number | undefined;
  readonly audioBitsPerSecond: number | undefined;
  readonly onChunk: OnChunk | undefined;
  readonly writable: WritableStream | undefined;
  readonly chunkMs: number;
  readonly maxDuration: number;
  readonly maxBytes: number;
  readonly announce: boolean;
}

// VP8 costs the least of those that need no hardware, in a page that codes and decodes a meeting already.
const usual = ['video/webm;codecs=vp8,opus', 'video/webm', 'video/mp4;codecs=avc1.42E01F,mp4a.40.2', 'video/mp4'];

/** Throws `invalid-argument`, or `device-unsupported` where the browser cannot record. */
export function readOptions(options: RecordOptions, port: RecordingPort, errors: ErrorTable): Wish {
  if (!(options instanceof Object)) throw errors.make('invalid-argument', 'options');
  const { layout = 'screen-first', onChunk, writable, announce = true } = options;
  if (layout !== 'grid' && layout !== 'screen-first') throw errors.make('invalid-argument', 'layout: grid or screen-first');
  if (onChunk !== undefined && typeof onChunk !== 'function') throw errors.make('invalid-argument', 'onChunk: a function');
  if (writable !== undefined && (typeof writable?.getWriter !== 'function' || writable.locked)) {
    throw errors.make('invalid-argument', 'writable: a WritableStream that nobody else writes to');
  }
  if (onChunk && writable) throw errors.make('invalid-argument', 'onChunk or writable, not both');
  const number = (name: keyof RecordOptions, min: number, max: number, value: unknown = options[name]): number => {
    if (typeof value !== 'number' || !(value >= min && value <= max)) throw errors.make('invalid-argument', `${name}: ${min} to ${max}`);
    return value;
  };
  const perhaps = (name: keyof RecordOptions, min: number): number | undefined => (options[name] === undefined ? undefined : number(name, min, 1e9));
  // Coders want even sides.
  const side = (name: 'width' | 'height', value: number): number => 2 * Math.round(number(name, 16, 4096, options[name] ?? value) / 2);
  const wish = {
    layout, onChunk, writable, announce: announce !== false,
    width: side('width', 1280),
    height: side('height', 720),
    frameRate: number('frameRate', 1, 60, options.frameRate ?? 25),
    videoBitsPerSecond: perhaps('videoBitsPerSecond', 1),
    audioBitsPerSecond: perhaps('audioBitsPerSecond', 1),
    chunkMs: number('chunkInterval', 100, 60_000, options.chunkInterval ?? 1000),
    maxDuration: number('maxDuration', 1, Infinity, options.maxDuration ?? Infinity),
    maxBytes: number('maxBytes', 1, Infinity, options.maxBytes ?? Infinity),
  };
  const types: unknown = typeof options.mimeType === 'string' ? [options.mimeType] : (options.mimeType ?? usual);
  if (!Array.isArray(types) || types.some((type) => typeof type !== 'string')) throw errors.make('invalid-argument', 'mimeType');
  if (!port.supported) throw errors.make('device-unsupported', 'MediaRecorder is missing');
  const mimeType = (types as string[]).find((type) => type !== '' && port.supports(type));
  if (mimeType === undefined) {
    const others = usual.filter((type) => port.supports(type)).join(', ');
    throw errors.make('invalid-argument', `mimeType: this browser records ${others || 'none of the usual types'}`);
  }
  return { ...wish, mimeType };
}
