/** What recording one latency costs, by kind of histogram: why blocks are tallied and then drained. */

import { createHistogram } from 'node:perf_hooks';
import { build, initWebAssembly } from 'hdr-histogram-js';
import { defineMicroBench, type GroupRun } from '../src/harness/load/micro-bench.ts';
import { LatencyTally } from '../src/harness/stats/latency-tally.ts';
import { seededRandom } from '../src/harness/stats/random.ts';

const SETTINGS = {
  lowestDiscernibleValue: 1,
  highestTrackableValue: 60e9,
  numberOfSignificantValueDigits: 3,
} as const;

/** Latencies in ns as they come: around 20 µs, with a long tail. */
const LATENCIES_NS = latencies(4_096);

function latencies(count: number): Int32Array {
  const random = seededRandom(7);
  return Int32Array.from({ length: count }, () => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.exp(Math.log(20_000) + 0.8 * normal);
  });
}

/** Records `calls` latencies and returns how many more there are in the end. */
function recording(record: (latencyNs: number) => void, count: () => number): GroupRun {
  return (calls) => {
    const before = count();
    for (let i = 0; i < calls; i++) record(LATENCIES_NS[i & 4_095] as number);
    return count() - before;
  };
}

type Wasm = ReturnType<typeof build>;

export const bench = defineMicroBench<Wasm>({
  name: 'histogram',
  description: 'Recording a latency, three significant digits',
  baseline: 'array-store',
  setup: async () => {
    await initWebAssembly();
    return build({ ...SETTINGS, bitBucketSize: 64, useWebAssembly: true });
  },
  teardown: (histogram) => histogram.destroy(),
  tasks: [
    {
      name: 'array-store',
      mode: 'sync',
      prepare: () => {
        const stored = new Float64Array(65_536);
        let next = 0;
        const record = (latencyNs: number) => {
          stored[next++ & 65_535] = latencyNs;
        };
        return recording(record, () => next);
      },
    },
    {
      // What a block records into.
      name: 'tally',
      mode: 'sync',
      prepare: () => {
        const tally = new LatencyTally();
        return (calls) => {
          for (let i = 0; i < calls; i++) tally.record(LATENCIES_NS[i & 4_095] as number);
          return calls - tally.rejectedCount;
        };
      },
    },
    {
      name: 'hdr-wasm-64',
      mode: 'sync',
      prepare: (histogram) =>
        recording(
          (latencyNs) => histogram.recordValue(latencyNs),
          () => histogram.totalCount,
        ),
    },
    {
      name: 'hdr-js-32',
      mode: 'sync',
      prepare: () => {
        const histogram = build({ ...SETTINGS, bitBucketSize: 32, useWebAssembly: false });
        return recording(
          (latencyNs) => histogram.recordValue(latencyNs),
          () => histogram.totalCount,
        );
      },
    },
    {
      name: 'node-perf-hooks',
      mode: 'sync',
      prepare: () => {
        const histogram = createHistogram({ lowest: 1, highest: 60e9, figures: 3 });
        return recording(
          (latencyNs) => histogram.record(latencyNs),
          () => histogram.count,
        );
      },
    },
  ],
});
