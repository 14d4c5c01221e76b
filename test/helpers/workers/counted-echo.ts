/**
 * Servers that any thread can join, without any: each call is answered on the spot, and counted by its
 * argument in memory that all threads share.
 */

import type { JoinServers, SharedServers } from '../../../src/harness/load/target.ts';
import { argumentOf, echoTarget } from '../fake-target.ts';

export interface CountedEcho {
  /** Times that each argument was sent, and after them, calls in all. */
  readonly sent: Int32Array;
  /** What befalls the worker that sends the n-th call of all. Default: nothing. */
  readonly fate?: { readonly call: number; readonly kind: 'exits' | 'throws' };
}

/** Counts arguments below `size`. */
export function countedEcho(
  size: number,
  fate?: CountedEcho['fate'],
): { readonly sent: Int32Array; readonly shared: SharedServers } {
  const sent = new Int32Array(new SharedArrayBuffer((size + 1) * Int32Array.BYTES_PER_ELEMENT));
  const options: CountedEcho = { sent, ...(fate === undefined ? {} : { fate }) };
  const ended = new Promise<string>(() => {});
  const shared = { module: import.meta.url, export: joinCountedEcho.name, options, ended };
  return { sent, shared };
}

export const joinCountedEcho: JoinServers = async (options) => {
  const { sent, fate } = options as CountedEcho;
  return echoTarget({
    prepare: () => async (params) => {
      Atomics.add(sent, argumentOf(params) as number, 1);
      const before = Atomics.add(sent, sent.length - 1, 1);
      if (before + 1 === fate?.call) befall(fate.kind);
      return argumentOf(params);
    },
  });
};

function befall(kind: 'exits' | 'throws'): void {
  if (kind === 'exits') process.exit(7); // of a thread, the thread
  setImmediate(() => {
    throw new Error('it was struck');
  });
}
