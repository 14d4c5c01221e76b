/**
 * Finds buffers of an input that a call has given away. Inputs are made once and sent again and again, by every
 * variant; a thread takes a large buffer that is not shared with it, and leaves the rest of the run an empty one.
 */

import { isTransferred } from '../../core/transferred.ts';

const NESTED_AT_MOST = 8;

/** The path of a buffer in `value` whose memory is gone: `arguments.bytes`; `undefined` when there is none. */
export function spentBufferIn(value: unknown, path: string = ''): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (ArrayBuffer.isView(value)) return isTransferred(value.buffer) ? path : undefined;
  if (value instanceof ArrayBuffer) return isTransferred(value) ? path : undefined;
  if (path.split('.').length > NESTED_AT_MOST) return undefined;
  for (const [key, each] of Object.entries(value)) {
    const found = spentBufferIn(each, path === '' ? key : `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
