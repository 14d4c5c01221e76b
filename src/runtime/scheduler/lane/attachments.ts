/**
 * Hands large buffers over to another thread: transferred when a view covers its buffer, shared
 * when the buffer is shared, copied when it is a part of one or when it cannot change hands.
 */

import type { MessagePort } from 'node:worker_threads';
import { kindOfView, VIEW_CONSTRUCTORS } from '../codec/view-kinds.ts';

/** Posts the attachments of one record. */
export function postAttachments(port: MessagePort, attachments: readonly unknown[]): void {
  const given = withoutParts(attachments);
  try {
    port.postMessage(given, buffersOf(given));
  } catch {
    // Some memory cannot change hands, WebAssembly's for one: it is copied.
    port.postMessage(given);
  }
}

/** Takes attachments from their sender now, to be posted later with {@link buffersOf} them. */
export function takeOver(attachments: readonly unknown[]): readonly unknown[] {
  const given = withoutParts(attachments);
  try {
    return structuredClone(given, { transfer: buffersOf(given) });
  } catch {
    return structuredClone(given); // as above
  }
}

/** The buffers that change hands with the attachments. */
export function buffersOf(attachments: readonly unknown[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const each of attachments) {
    const buffer = ArrayBuffer.isView(each) ? each.buffer : each;
    if (buffer instanceof ArrayBuffer) buffers.add(buffer);
  }
  return [...buffers];
}

/** A view of a part of its buffer is copied: sending it would send the whole buffer. */
function withoutParts(attachments: readonly unknown[]): readonly unknown[] {
  return attachments.map((each) => {
    if (!ArrayBuffer.isView(each) || each.buffer instanceof SharedArrayBuffer) return each;
    if (each.byteLength === each.buffer.byteLength) return each;
    const { buffer, byteOffset, byteLength } = each;
    // A class of its own stays behind, and its constructor may want anything.
    const View = VIEW_CONSTRUCTORS[kindOfView(each) ?? 0] as (typeof VIEW_CONSTRUCTORS)[number];
    return new View(buffer.slice(byteOffset, byteOffset + byteLength));
  });
}
