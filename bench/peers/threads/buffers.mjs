/** Large buffers there and back. The bytes are compared by SHA-256, outside the timing. */

import { createHash, randomFillSync } from 'node:crypto';
import { quantile } from './blocks.mjs';

const ECHOES_PER_BLOCK = 16;

/** @param {ArrayBuffer} buffer */
const sha256 = (buffer) => createHash('sha256').update(new Uint8Array(buffer)).digest('hex');

/**
 * A block that sends one buffer to and fro; the reply of a call is sent with the next.
 *
 * @param {number} sizeBytes
 * @param {(buffer: ArrayBuffer) => Promise<{ readonly buffer: ArrayBuffer }>} pass
 * @returns {() => Promise<{ readonly us: number }>} the median call
 */
export function bufferBlock(sizeBytes, pass) {
  let buffer = randomFillSync(new Uint8Array(sizeBytes)).buffer;
  const expected = sha256(buffer);
  return async () => {
    const us = new Float64Array(ECHOES_PER_BLOCK);
    for (let i = 0; i < ECHOES_PER_BLOCK; i++) {
      const beforeMs = performance.now();
      const reply = await pass(buffer);
      us[i] = (performance.now() - beforeMs) * 1e3;
      buffer = reply.buffer;
      if (buffer.byteLength !== sizeBytes) {
        throw new Error(`wrong reply: ${buffer.byteLength} bytes instead of ${sizeBytes}`);
      }
    }
    if (sha256(buffer) !== expected) {
      throw new Error(`wrong reply: the ${sizeBytes} bytes that came back are not those sent`);
    }
    return { us: quantile(us, 0.5) };
  };
}

/**
 * Whether the other side, too, sees the bytes that were sent.
 *
 * @param {number} sizeBytes
 * @param {(buffer: ArrayBuffer) => Promise<{ readonly sha256: string }>} digest
 */
export async function checkDigest(sizeBytes, digest) {
  const { buffer } = randomFillSync(new Uint8Array(sizeBytes));
  const expected = sha256(buffer);
  const seen = (await digest(buffer)).sha256;
  if (seen !== expected) throw new Error(`wrong reply: the service saw ${seen}, not ${expected}`);
}
