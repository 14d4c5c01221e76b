/** A call that is answered at once, by nobody: what remains of its time is the harness's own. */

import type { ReadyCall } from './closed-executor.ts';

export function instantCall(): ReadyCall {
  const reply = Promise.resolve({});
  return {
    operation: {
      name: 'none',
      service: 'none',
      method: 'none',
      input: () => 0,
      check: () => undefined,
    },
    input: 0,
    params: undefined,
    invoke: () => reply,
  };
}
