/**
 * Reads the values of an object whose keys are known: first key by key, and once the shape has
 * come often enough by a function made for it, which is an object literal:
 *
 *     return { "name": reader.read(), "arguments": reader.read() };
 *
 * V8 gives every object of a literal the same hidden class at once, which makes it about
 * three times as fast. Making the function takes as long as reading some hundred objects by hand,
 * so a shape has to earn it. Where Node forbids making code from strings, loops remain.
 */

/** Objects of a shape that are read by hand before a reader is made for it. */
const USES_BEFORE_COMPILING = 32;

/** What gives the values, one after another. */
export interface ValueSource {
  read(): unknown;
}

let canCompile = true;

/** A learnt key list. */
export class ShapeReader {
  /** Reads the next object of this shape. */
  readValues: (source: ValueSource) => object;

  /** @param keys - in their order; `__proto__` among them is kept as an own key */
  constructor(keys: readonly string[]) {
    let uses = 0;
    this.readValues = (source) => {
      if (++uses === USES_BEFORE_COMPILING)
        this.readValues = compileReader(keys) ?? this.readValues;
      const object: Record<string, unknown> = {};
      for (let i = 0; i < keys.length; i++) defineValue(object, keys[i] as string, source.read());
      return object;
    };
  }
}

/** Puts a value into an object, under a key that may be `__proto__`. */
export function defineValue(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  } else {
    object[key] = value;
  }
}

function compileReader(keys: readonly string[]): ShapeReader['readValues'] | undefined {
  // In a literal it would set the prototype.
  if (!canCompile || keys.includes('__proto__')) return undefined;
  const properties = keys.map((key) => `${JSON.stringify(key)}: source.read()`);
  try {
    // Keys are quoted as JSON, which is a subset of JavaScript: nothing of them is code.
    // oxlint-disable-next-line typescript/no-implied-eval -- making code is the point
    return new Function('source', `return { ${properties.join(', ')} };`) as never;
  } catch (error) {
    // --disallow-code-generation-from-strings
    if (!(error instanceof EvalError)) throw error;
    canCompile = false;
    return undefined;
  }
}
