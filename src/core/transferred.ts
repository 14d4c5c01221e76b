/** Whether memory has been transferred to another thread, and is gone from here. */

/** Node 20 has no property that tells; making a view of it does, and throws. */
export function isTransferred(buffer: ArrayBufferLike): boolean {
  if (!(buffer instanceof ArrayBuffer) || buffer.byteLength > 0) return false;
  try {
    return new Uint8Array(buffer).length > 0;
  } catch {
    return true;
  }
}
