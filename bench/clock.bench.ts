/** What reading the clock costs: the least that timing a call adds to it is two of these. */

import { defineMicroBench, type MicroTask } from '../src/harness/load/micro-bench.ts';

function reading(name: string, read: () => number | bigint): MicroTask<undefined> {
  return {
    name,
    mode: 'sync',
    prepare: () => (calls) => {
      let right = 0;
      let last = read();
      for (let i = 0; i < calls; i++) {
        const now = read();
        if (now >= last) right++;
        last = now;
      }
      return right;
    },
  };
}

export const bench = defineMicroBench({
  name: 'clock',
  description: 'Reading the monotonic clock',
  baseline: 'performance-now',
  tasks: [
    reading('performance-now', () => performance.now()),
    reading('hrtime-bigint', () => process.hrtime.bigint()),
  ],
});
