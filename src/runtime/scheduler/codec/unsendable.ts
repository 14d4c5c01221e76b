/**
 * Finds out why a value could not be encoded, and where in it the reason is.
 *
 * The encoder gives up at the first thing it cannot write and keeps no path, since nearly every
 * value is fine. This walks the value again, slowly, as the encoder did, and remembers the way.
 */

import { describeUnsendable } from './exotic-writer.ts';
import { MAX_DEPTH } from './tags.ts';

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/**
 * Says what in `value` cannot be sent: `params.arguments.callback is a function`.
 *
 * @param name - what to call the value itself
 * @returns `undefined` when nothing is wrong with it
 */
export function explainUnsendable(value: unknown, name: string): string | undefined {
  return new Search().visit(value, name);
}

class Search {
  /** Objects on the way to the current one, with their paths. */
  readonly #ancestors = new Map<object, string>();
  /** Objects that are fine: what is shared is not searched twice. */
  readonly #fine = new Set<object>();

  visit(value: unknown, path: string): string | undefined {
    if (typeof value === 'function') return `${path} is a function`;
    if (typeof value === 'symbol') return `${path} is a symbol`;
    if (typeof value !== 'object' || value === null || this.#fine.has(value)) return undefined;
    const ancestor = this.#ancestors.get(value);
    if (ancestor !== undefined) return `${path} refers back to ${ancestor}`;
    if (this.#ancestors.size >= MAX_DEPTH) {
      return `${shorten(path)} is nested more than ${MAX_DEPTH} levels deep`;
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

function childPath(object: object, path: string, key: string): string {
  if (Array.isArray(object)) return `${path}[${key}]`;
  return IDENTIFIER.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}

/** Keeps the beginning of a path that is too long to read. */
function shorten(path: string): string {
  return path.length > 80 ? `${path.slice(0, 80)}…` : path;
}
