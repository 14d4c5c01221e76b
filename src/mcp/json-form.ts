/**
 * Values as JSON can carry them, and back.
 *
 * JSON has no bytes: what a service holds as typed arrays travels as base64 text or as plain
 * numbers. On the way out every value is looked at; on the way back only the places where the
 * MCP specification says "base64" are decoded, since elsewhere nobody can tell text from bytes.
 *
 * Both directions copy on write: a value without bytes is returned as it is, and one with bytes
 * is copied along the path to them only, so that neither side's objects ever change. Both are on
 * the measured path of every serialized variant.
 */

import { ToolrigError } from '../core/errors.ts';

/**
 * `value` with every `Uint8Array` (and `DataView`) as a base64 string, and every other typed array
 * as an array of numbers; the same object when there is none. A 64-bit integer array loses the
 * precision that a number lacks.
 *
 * @throws `ERR_INVALID_PARAMS` for what JSON cannot hold: a cycle, or nesting beyond the stack
 */
export function toJsonForm(value: unknown): unknown {
  try {
    return formOf(value);
  } catch (cause) {
    throw new ToolrigError(
      'ERR_INVALID_PARAMS',
      'The value has no JSON form: it is nested too deep, or contains itself',
      { cause },
    );
  }
}

function formOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return arrayForm(value);
  if (ArrayBuffer.isView(value)) return viewForm(value);
  return recordForm(value as Record<string, unknown>);
}

function arrayForm(array: readonly unknown[]): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (let i = 0; i < array.length; i++) {
    const item = array[i];
    // Most items are numbers and text: spare them the call.
    if (typeof item !== 'object' || item === null) continue;
    const form = formOf(item);
    if (form === item) continue;
    copy ??= array.slice();
    copy[i] = form;
  }
  return copy ?? array;
}

function recordForm(record: Record<string, unknown>): Record<string, unknown> {
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(record)) {
    const item = record[key];
    if (typeof item !== 'object' || item === null) continue;
    const form = formOf(item);
    if (form === item) continue;
    copy ??= { ...record };
    copy[key] = form;
  }
  return copy ?? record;
}

function viewForm(view: ArrayBufferView): unknown {
  if (view instanceof Uint8Array || view instanceof DataView) {
    return Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('base64');
  }
  if (view instanceof BigInt64Array || view instanceof BigUint64Array) {
    return Array.from(view, Number);
  }
  return Array.from(view as Float64Array);
}

/**
 * A reply as the native path gives it: base64 text becomes a `Uint8Array` where the specification
 * has bytes – image, audio and embedded resources in the content of `tools/call` and of the
 * messages of `prompts/get`, and the contents of `resources/read`.
 */
export function fromJsonReply(method: string, reply: unknown): unknown {
  switch (method) {
    case 'tools/call':
      return mapList(reply, 'content', decodeContent);
    case 'resources/read':
      return mapList(reply, 'contents', decodeResource);
    case 'prompts/get':
      return mapList(reply, 'messages', decodeMessage);
    default:
      return reply;
  }
}

/** `owner` with each item of the list at `key` mapped; the same object when no item changed. */
function mapList(owner: unknown, key: string, map: (item: unknown) => unknown): unknown {
  const list = (owner as Record<string, unknown> | null | undefined)?.[key];
  if (!Array.isArray(list)) return owner;
  let copy: unknown[] | undefined;
  for (let i = 0; i < list.length; i++) {
    const item: unknown = list[i];
    const mapped = map(item);
    if (mapped === item) continue;
    copy ??= list.slice();
    copy[i] = mapped;
  }
  return copy === undefined ? owner : { ...(owner as object), [key]: copy };
}

function decodeContent(item: unknown): unknown {
  const content = item as { type?: unknown; data?: unknown; resource?: unknown } | null;
  switch (content?.type) {
    case 'image':
    case 'audio':
      return typeof content.data === 'string'
        ? { ...content, data: bytesOf(content.data) }
        : content;
    case 'resource': {
      const resource = decodeResource(content.resource);
      return resource === content.resource ? content : { ...content, resource };
    }
    default:
      return item;
  }
}

function decodeResource(item: unknown): unknown {
  const resource = item as { blob?: unknown } | null | undefined;
  if (typeof resource?.blob !== 'string') return item;
  return { ...resource, blob: bytesOf(resource.blob) };
}

function decodeMessage(item: unknown): unknown {
  const message = item as { content?: unknown } | null | undefined;
  const content = decodeContent(message?.content ?? null);
  return content === (message?.content ?? null) ? item : { ...message, content };
}

/** A plain `Uint8Array`, as services give it, over the bytes that Node decoded. */
function bytesOf(base64: string): Uint8Array {
  const buffer = Buffer.from(base64, 'base64');
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
