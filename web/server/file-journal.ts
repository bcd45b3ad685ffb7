// The journal in a folder: one file a room, to which entries are appended, until it is replaced by what came of them.
//
// Each line has a checksum. A process that is killed loses nothing that was written; at worst the line under way is torn, of
// which nobody has been told. The machine's power is another matter: what was written is on the disk within about a second.
//
// Files are named by a hash of the room's name, which may have any characters; the first line says whose it is.

import { createHash } from 'node:crypto';
import {
  closeSync, existsSync, fdatasyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, readdirSync, renameSync, rmSync, writeSync,
} from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Journal, JournalFigures, RoomLog } from './journal.ts';
import type { Logger } from './logger.ts';
import { describe } from './logger.ts';
import { OptionError } from './option-types.ts';

const version = 1;
const ending = '.log';
const unfinished = '.new';
const damaged = '.damaged';
// Of files that are written to. One more costs a call to open it; a process has 1,024 of all kinds in many places.
const openMax = 256;
const syncMs = 1_000;

interface File {
  readonly path: string;
  bytes: number;
  /** Open, if it is a number. */
  handle: number | undefined;
  unsynced: boolean;
}

const hashOf = (text: string, length: number): string => createHash('sha256').update(text).digest('hex').slice(0, length);
const lineOf = (content: string): string => `${hashOf(content, 8)} ${content}\n`;

export class FileJournal implements Journal {
  readonly #folder: string;
  readonly #log: Logger;
  /** In the order of their last use. */
  readonly #files = new Map<string, File>();
  #bytes = 0;
  #opened = 0;
  #syncing: NodeJS.Timeout | undefined;

  /** Throws what the file system says if the folder cannot be made or written to. */
  constructor(folder: string, log: Logger) {
    this.#folder = folder;
    this.#log = log;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // Found out now, and not at the first message.
    const probe = join(folder, `probe${unfinished}`);
    closeSync(openSync(probe, 'w', 0o600));
    rmSync(probe);
  }

  get figures(): JournalFigures {
    return { rooms: this.#files.size, bytes: this.#bytes };
  }

  read(): RoomLog[] {
    const logs: RoomLog[] = [];
    for (const name of readdirSync(this.#folder).sort()) {
      const path = join(this.#folder, name);
      if (name.endsWith(unfinished)) rmSync(path, { force: true });
      if (!name.endsWith(ending)) continue;
      const log = this.#readFile(path);
      if (log !== undefined) logs.push(log);
    }
    return logs;
  }

  append(room: string, at: number, entry: string): void {
    const file = this.#files.get(room) ?? this.#begin(room);
    this.#write(room, file, lineOf(`${at} ${entry}`));
  }

  store(room: string, value: string): void {
    const path = this.#pathOf(room);
    const temporary = path + unfinished;
    const text = lineOf(headOf(room)) + lineOf(`value ${value}`);
    const handle = openSync(temporary, 'w', 0o600);
    try {
      writeAll(handle, Buffer.from(text));
      // Before it takes the place of what is on the disk already.
      fdatasyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, path);
    this.#drop(room);
    this.#keep(room, { path, bytes: Buffer.byteLength(text), handle: undefined, unsynced: false });
  }

  forget(room: string): void {
    const path = this.#files.get(room)?.path ?? this.#pathOf(room);
    rmSync(path, { force: true });
    this.#drop(room);
  }

  setAside(room: string, reason: string): void {
    const path = this.#files.get(room)?.path ?? this.#pathOf(room);
    this.#drop(room);
    this.#setAside(path, reason, room);
  }

  close(): void {
    clearTimeout(this.#syncing);
    for (const file of this.#files.values()) {
      if (file.handle === undefined) continue;
      if (file.unsynced) fdatasyncSync(file.handle);
      this.#shut(file);
    }
  }

  #pathOf(room: string): string {
    return join(this.#folder, hashOf(room, 40) + ending);
  }

  #begin(room: string): File {
    const file: File = { path: this.#pathOf(room), bytes: 0, handle: undefined, unsynced: false };
    rmSync(file.path, { force: true });
    try {
      this.#write(room, file, lineOf(headOf(room)));
    } catch (error) {
      this.#shut(file);
      throw error;
    }
    return file;
  }

  #keep(room: string, file: File): void {
    this.#files.set(room, file);
    this.#bytes += file.bytes;
  }

  #drop(room: string): void {
    const file = this.#files.get(room);
    if (file === undefined) return;
    this.#shut(file);
    this.#files.delete(room);
    this.#bytes -= file.bytes;
  }

  #shut(file: File): void {
    if (file.handle === undefined) return;
    closeSync(file.handle);
    file.handle = undefined;
    this.#opened -= 1;
  }

  #write(room: string, file: File, line: string): void {
    if (file.handle === undefined) {
      if (this.#opened >= openMax) this.#shutOldest();
      file.handle = openSync(file.path, 'a', 0o600);
      this.#opened += 1;
    }
    const bytes = Buffer.from(line);
    try {
      writeAll(file.handle, bytes);
    } catch (error) {
      // A part of it may be there: whatever is written next must not follow that.
      try {
        ftruncateSync(file.handle, file.bytes);
      } catch {
        this.#shut(file);
      }
      throw error;
    }
    this.#files.delete(room);
    this.#bytes -= file.bytes;
    file.bytes += bytes.length;
    this.#keep(room, file);
    file.unsynced = true;
    this.#syncing ??= setTimeout(() => this.#sync(), syncMs).unref();
  }

  #shutOldest(): void {
    for (const file of this.#files.values()) {
      if (file.handle !== undefined) return this.#shut(file);
    }
  }

  #sync(): void {
    this.#syncing = undefined;
    for (const file of this.#files.values()) {
      if (!file.unsynced) continue;
      file.unsynced = false;
      void this.#syncOne(file.path);
    }
  }

  // By a handle of its own: the one that is written to may be closed meanwhile.
  async #syncOne(path: string): Promise<void> {
    try {
      const file = await openFile(path, 'r+');
      try {
        await file.datasync();
      } finally {
        await file.close();
      }
    } catch (error) {
      // The room is over.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      this.#log.warn({ ...describe(error), file: path }, 'the journal could not be brought to the disk');
    }
  }

  #readFile(path: string): RoomLog | undefined {
    const bytes = readFileSync(path);
    let room: string | undefined;
    let value = '';
    const entries: { at: number; entry: string }[] = [];
    let at = 0;
    while (at < bytes.length) {
      const end = bytes.indexOf(10, at);
      const line = bytes.toString('utf8', at, end < 0 ? bytes.length : end);
      const content = line.slice(9);
      const whole = end >= 0 && line.slice(0, 9) === `${hashOf(content, 8)} `;
      if (!whole) {
        // The last one was under way when the process was killed: nobody was told of it.
        if (end < 0 || end === bytes.length - 1) break;
        return this.#setAside(path, `it is damaged at byte ${at}`, room);
      }
      if (room === undefined) {
        room = roomOf(content);
        if (room === undefined) return this.#setAside(path, 'it is no log of a room, or of a later version', room);
      } else if (content.startsWith('value ')) {
        value = content.slice(6);
      } else {
        const space = content.indexOf(' ');
        entries.push({ at: Number(content.slice(0, space)), entry: content.slice(space + 1) });
      }
      at = end + 1;
    }
    if (at < bytes.length) {
      const handle = openSync(path, 'r+');
      ftruncateSync(handle, at);
      closeSync(handle);
      this.#log.info({ file: path, bytes: bytes.length - at }, 'the last entry of a log was torn, and is left out');
    }
    if (room === undefined) return void rmSync(path);
    this.#keep(room, { path, bytes: at, handle: undefined, unsynced: false });
    return { room, value, entries };
  }

  #setAside(path: string, reason: string, room: string | undefined): undefined {
    let to = path + damaged;
    for (let copy = 2; existsSync(to); copy += 1) to = `${path}${damaged}-${copy}`;
    renameSync(path, to);
    this.#log.warn({ file: to, reason, ...(room === undefined ? {} : { room }) }, 'a log was set aside: its room begins anew');
  }
}

/** Throws OptionError. */
export function openJournal(folder: string, log: Logger): Journal {
  try {
    return new FileJournal(folder, log);
  } catch (error) {
    throw new OptionError('data', `cannot be used: ${describe(error).error}`);
  }
}

const headOf = (room: string): string => JSON.stringify({ meetwire: 'room-log', version, room });

function roomOf(head: string): string | undefined {
  try {
    const { meetwire, version: theirs, room } = JSON.parse(head) as Record<string, unknown>;
    return meetwire === 'room-log' && theirs === version && typeof room === 'string' ? room : undefined;
  } catch {
    return undefined;
  }
}

// A full disk may take a part.
function writeAll(handle: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
}
