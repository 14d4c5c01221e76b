/**
 * Finds out why a value could not be encoded, and where in it the reason is.
 *
 * The encoder gives up at the first thing it cannot write and keeps no path, since nearly every
 * value is fine. This walks the value again, slowly, as the encoder did, and remembers the way.
 */

import { isTransferred } from '../../../core/transferred.ts';
import { describeUnsendable } from './exotic-writer.ts';
import { MAX_DEPTH } from './tags.ts';

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/** What to do about most of what cannot be sent. */
export const SEND_PLAIN_DATA = 'send plain data, such as a structured clone can hold';
const SEND_A_COPY =
  'a large buffer is transferred, and gone from who has sent it: send a copy each time, as of bytes.slice(), or ' +
  'memory that is shared (SharedArrayBuffer)';

/**
 * Says what in `value` cannot be sent, and what to do about it: `params.arguments.callback is a function: send …`.
 *
 * @param name - what to call the value itself
 * @returns `undefined` when nothing is wrong with it
 */
export function explainUnsendable(value: unknown, name: string): string | undefined {
  const search = new Search();
  const found = search.visit(value, name);
  return found === undefined ? undefined : `${found}: ${search.remedy}`;
}

class Search {
  /** Objects on the way to the current one, with their paths. */
  readonly #ancestors = new Map<object, string>();
  /** Objects that are fine: what is shared is not searched twice. */
  readonly #fine = new Set<object>();
  remedy = SEND_PLAIN_DATA;

  visit(value: unknown, path: string): string | undefined {
    if (typeof value === 'function') return `${path} is a function`;
    if (typeof value === 'symbol') return `${path} is a symbol`;
    if (typeof value !== 'object' || value === null || this.#fine.has(value)) return undefined;
    const ancestor = this.#ancestors.get(value);
    if (ancestor !== undefined) return `${path} refers back to ${ancestor}`;
    if (this.#ancestors.size >= MAX_DEPTH) {
      return `${shorten(path)} is nested more than ${MAX_DEPTH} levels deep`;
    }
    if (isGone(value)) {
      this.remedy = SEND_A_COPY;
      return `${path} is a buffer that is gone, to where it was sent before`;
    }
    const description = describeUnsendable(value);
    if (description !== undefined) return `${path} is ${description}`;
    this.#ancestors.set(value, path);
    const found = this.#visitInside(value, path);
    this.#ancestors.delete(value);
    this.#fine.add(value);
    return found;
  }

  #visitInside(object: object, path: string): string | undefined {
    if (ArrayBuffer.isView(object)) return undefined;
    if (object instanceof Map) {
      let index = 0;
      for (const [key, value] of object) {
        const place = `${path}.entries()[${index++}]`;
        const found = this.visit(key, `${place}[0]`) ?? this.visit(value, `${place}[1]`);
        if (found !== undefined) return found;
      }
      return undefined;
    }
    if (object instanceof Set) {
      let index = 0;
      for (const value of object) {
        const found = this.visit(value, `${path}.values()[${index++}]`);
        if (found !== undefined) return found;
      }
      return undefined;
    }
    const keys = object instanceof Error ? ['cause'] : Object.keys(object);
    for (const key of keys) {
      const place = childPath(object, path, key);
      let value: unknown;
      try {
        value = (object as Record<string, unknown>)[key];
      } catch (error) {
        return `${place} cannot be read: ${String(error)}`;
      }
      const found = this.visit(value, place);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

/** Whether it is a buffer, or a view of one, whose memory was transferred. */
function isGone(object: object): boolean {
  const buffer = ArrayBuffer.isView(object) ? object.buffer : object;
  return buffer instanceof ArrayBuffer && isTransferred(buffer);
}

function childPath(object: object, path: string, key: string): string {
  if (Array.isArray(object)) return `${path}[${key}]`;
  return IDENTIFIER.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}

/** Keeps the beginning of a path that is too long to read. */
function shorten(path: string): string {
  return path.length > 80 ? `${path.slice(0, 80)}…` : path;
}
