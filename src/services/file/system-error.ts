/**
 * What a caller hears of the file system's refusals: a tool error that names the path relative to
 * the base, never the machine's own path.
 *
 * Every error of a system call is such a refusal, whatever its code: the list of codes is the
 * operating system's, not ours. `EBADF` is the exception; it can only be a defect of this service,
 * and a defect is to end it.
 */

import { getSystemErrorMap } from 'node:util';
import { ToolError } from '../../core/errors.ts';

interface SystemError extends NodeJS.ErrnoException {
  readonly code: string;
  readonly errno: number;
  readonly syscall: string;
}

/** Whether the operating system refused what was asked. */
export function isSystemError(error: unknown): error is SystemError {
  if (!(error instanceof Error)) return false;
  const { code, errno, syscall } = error as NodeJS.ErrnoException;
  return (
    typeof code === 'string' &&
    typeof errno === 'number' &&
    typeof syscall === 'string' &&
    code !== 'EBADF'
  );
}

/**
 * Runs file system work and turns a refusal of the system into a `ToolError`:
 * `cannot read 'notes/a.txt': no such file or directory (ENOENT)`. Other errors pass through.
 *
 * @param action - what was tried: `'read'`
 * @param path - relative to the base
 */
export async function reportRefusals<T>(
  action: string,
  path: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const meaning = getSystemErrorMap().get(error.errno)?.[1] ?? 'the file system refused';
    throw new ToolError(`cannot ${action} '${path}': ${meaning} (${error.code})`, {
      cause: error,
    });
  }
}
