/**
 * `native` with busy work before every call: a slowdown of known size, for finding out whether it
 * is found. Without any, it is `native` behind the same wrapper, so that two of them differ in
 * nothing else.
 */

import type { Target, Variant } from '../../../src/harness/load/target.ts';
import { nativeVariant } from '../../../src/harness/variants/native.ts';

/** 0, as the compiler cannot know. */
const ZERO = new Int32Array(1);

/** `native` under another name, with `steps` steps of work before each call. */
export function slowedNative(name: string, steps: number): Variant {
  return {
    name,
    open: async (services) => slowed(await nativeVariant.open(services), steps),
  };
}

function slowed(target: Target, steps: number): Target {
  return {
    ...target,
    prepare(operation) {
      const invoke = target.prepare(operation);
      const held: unknown[] = [undefined];
      return (params) => {
        held[0] = params;
        // The call waits for the work, as it finds its params by it: a processor would else do both at once.
        return invoke(held[work(steps) & (ZERO[0] as number)]);
      };
    },
  };
}

/**
 * Does `steps` steps of work, each of which waits for the one before; a nanosecond or two a step. In loops of eight: a
 * processor foresees the end of a short loop, not of a long one, and its time would jump by more than is asked for.
 */
function work(steps: number): number {
  let value = 1;
  for (let left = steps; left > 0; left -= 8) {
    const stop = left < 8 ? left : 8;
    for (let step = 0; step < stop; step++) {
      value = (Math.imul(value, 1_664_525) + 1_013_904_223) | 0;
    }
  }
  return value;
}
