/**
 * What `write_file` does: everything that can be refused is refused before anything is touched –
 * the content's form and size, the path, and a target that is no regular file.
 *
 * A file that is replaced keeps its permission bits, not its owner.
 */

import { lstat } from 'node:fs/promises';
import { ToolError, ToolrigError } from '../../core/errors.ts';
import { writeAtomically } from './atomic-write.ts';
import type { BaseDirectory } from './base-directory.ts';
import { isSystemError, reportRefusals } from './system-error.ts';

/** Exactly one of `text` and `bytes` is to be given. */
export interface WriteRequest {
  readonly path: string;
  readonly text?: string;
  /** Base64 text where the call came over JSON. */
  readonly bytes?: Uint8Array | string;
}

export interface WriteResult {
  /** Relative to the base. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Whether there was a file before. */
  readonly replaced: boolean;
}

/**
 * Creates or replaces a file as a whole.
 *
 * @param maxBytes - most that is written
 * @throws `ToolError` when it is refused, `ERR_INVALID_PARAMS` for content that is malformed, the
 *   signal's reason when it aborts before the file is in place
 */
export async function writeContent(
  base: BaseDirectory,
  request: WriteRequest,
  maxBytes: number,
  signal: AbortSignal,
): Promise<WriteResult> {
  const data = contentOf(request, maxBytes);
  return reportRefusals('write', request.path, async () => {
    const target = await base.locateForWriting(request.path);
    const mode = await modeOfFile(target.path, target.realPath);
    await writeAtomically(target, data, { signal, ...(mode === undefined ? {} : { mode }) });
    return { path: target.path, sizeBytes: data.length, replaced: mode !== undefined };
  });
}

/** The bytes to write, checked before anything is touched. */
function contentOf({ path, text, bytes }: WriteRequest, maxBytes: number): Uint8Array {
  if ((text === undefined) === (bytes === undefined)) {
    throw new ToolrigError(
      'ERR_INVALID_PARAMS',
      `write_file needs either text or bytes, got ${text === undefined ? 'neither' : 'both'}`,
    );
  }
  const given = text ?? bytes ?? '';
  const encoding = text === undefined ? 'base64' : 'utf8';
  const sizeBytes = typeof given === 'string' ? Buffer.byteLength(given, encoding) : given.length;
  if (sizeBytes > maxBytes) {
    throw new ToolError(
      `'${path}' is not written: ${sizeBytes} bytes are more than the limit of ${maxBytes}`,
    );
  }
  if (typeof given !== 'string') return given;
  const data = Buffer.from(given, encoding);
  if (encoding === 'base64' && data.toString('base64') !== given) {
    throw new ToolrigError(
      'ERR_INVALID_PARAMS',
      'bytes is not base64: it must be padded, RFC 4648',
    );
  }
  return data;
}

/** Permissions of the file that is there, or `undefined` when there is none. */
async function modeOfFile(path: string, realPath: string): Promise<number | undefined> {
  try {
    const stats = await lstat(realPath);
    if (stats.isFile()) return stats.mode & 0o777;
    const kind = stats.isDirectory() ? 'a directory' : 'a device, pipe or socket';
    throw new ToolError(`'${path}' is ${kind}: it cannot be replaced by a file`);
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
