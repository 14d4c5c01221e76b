/**
 * Reading: opens a regular file inside the base and takes a range of its bytes, or of its text.
 *
 * Only what `fstat` calls a regular file is read: a device, pipe or socket could block for ever or
 * have no end. It is opened without blocking and without following a last link, and used only if
 * it is still what its path leads to; a file that is replaced meanwhile is opened again.
 *
 * The bytes are in a buffer of their own, never in Node's shared pool, so that the caller may keep
 * them, change them or transfer them to another thread.
 */

import { isUtf8 } from 'node:buffer';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { ToolError } from '../../core/errors.ts';
import { type BaseDirectory, isInPlace, type Location } from './base-directory.ts';
import { reportRefusals } from './system-error.ts';

const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW, O_NOCTTY } = constants;
/** A file that is replaced again and again is looked at this often. */
const MAX_OPEN_ATTEMPTS = 10;

/** Which part of a file; both in bytes. */
export interface ByteRange {
  /** Default: 0. */
  readonly offset?: number;
  /** Default: up to the end. */
  readonly length?: number;
}

export interface FileSlice {
  /** Relative to the base. */
  readonly path: string;
  /** Size of the whole file. */
  readonly sizeBytes: number;
  /** Where `bytes` begins in the file. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/**
 * Reads a range of a file; a range beyond its end is cut short.
 *
 * @param maxBytes - most that is read at once
 * @throws `ToolError` for a path that is refused, what is no regular file, and a range over `maxBytes`
 */
export function readBytes(
  base: BaseDirectory,
  path: string,
  range: ByteRange,
  maxBytes: number,
): Promise<FileSlice> {
  return reportRefusals('read', path, async () => {
    const location = await base.locate(path);
    const { handle, sizeBytes } = await openInside(location);
    try {
      const offset = Math.min(range.offset ?? 0, sizeBytes);
      const length = Math.min(range.length ?? sizeBytes, sizeBytes - offset);
      if (length > maxBytes) {
        throw new ToolError(
          `'${path}': ${length} bytes are more than the limit of ${maxBytes}; ` +
            'read it in parts with offset and length',
        );
      }
      const bytes = await readFully(handle, offset, length);
      return { path: location.path, sizeBytes, offset, bytes };
    } finally {
      await handle.close();
    }
  });
}

/**
 * The text of a slice. A character that the end of the range cuts in two is left out, and the
 * slice returned is that much shorter: the next range begins where it ends.
 *
 * @throws `ToolError` when the bytes are not UTF-8, or the range begins within a character
 */
export function textOf(slice: FileSlice): { readonly text: string; readonly slice: FileSlice } {
  const { bytes, offset, sizeBytes, path } = slice;
  if (offset > 0 && isContinuation(bytes[0])) {
    throw new ToolError(
      `'${path}': offset ${offset} is within a character; begin where the last range ended`,
    );
  }
  const isCut = offset + bytes.length < sizeBytes;
  const whole = isCut ? bytes.subarray(0, lastBoundary(bytes)) : bytes;
  if (!isUtf8(whole)) {
    throw new ToolError(`'${path}' is not UTF-8 text: read it with encoding 'bytes'`);
  }
  if (whole.length === 0 && bytes.length > 0) {
    throw new ToolError(
      `'${path}': ${bytes.length} bytes are less than the character at offset ${offset}; ` +
        'ask for a length of at least 4',
    );
  }
  const view = Buffer.from(whole.buffer, whole.byteOffset, whole.length);
  return { text: view.toString('utf8'), slice: { ...slice, bytes: whole } };
}

/** Whether bytes can be shown as text: UTF-8 without a NUL. */
export function isText(bytes: Uint8Array): boolean {
  return isUtf8(bytes) && !bytes.includes(0);
}

async function openInside(
  location: Location,
): Promise<{ readonly handle: FileHandle; readonly sizeBytes: number }> {
  const { path, realPath } = location;
  for (let attempt = 0; attempt < MAX_OPEN_ATTEMPTS; attempt++) {
    const handle = await open(realPath, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY);
    let isUsed = false;
    try {
      const stats = await isInPlace(handle, realPath);
      if (stats === undefined) continue;
      if (!stats.isFile()) {
        const kind = stats.isDirectory() ? 'a directory' : 'a device, pipe or socket';
        throw new ToolError(`'${path}' is ${kind}, not a file`);
      }
      isUsed = true;
      return { handle, sizeBytes: Number(stats.size) };
    } finally {
      if (!isUsed) await handle.close();
    }
  }
  throw new ToolError(`'${path}' keeps changing while it is opened; try again`);
}

async function readFully(handle: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled);
    if (bytesRead === 0) return bytes.slice(0, filled); // it became shorter meanwhile
    filled += bytesRead;
  }
  return bytes;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0b1100_0000) === 0b1000_0000;
}

/** Where the last character that is complete ends. */
function lastBoundary(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(4, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number;
    if (isContinuation(byte)) continue;
    const width = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return width > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}
