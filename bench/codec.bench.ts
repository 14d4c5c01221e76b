/**
 * What bringing a value out of its isolate and back costs by itself, with the ways there are: the
 * codec of threads and processes, JSON, a structured clone and V8's own serializer.
 */

import { deserialize, serialize } from 'node:v8';
import { defineMicroBench, type MicroTask } from '../src/harness/load/micro-bench.ts';
import { Decoder } from '../src/runtime/scheduler/codec/decoder.ts';
import { Encoder } from '../src/runtime/scheduler/codec/encoder.ts';

const MEMORY_BYTES = 1 << 20;
/** A loop sends these by turns, so that nothing is the same twice in a row. */
const VARIATIONS = 16;

type RoundTrip = (value: unknown) => unknown;

interface TreeNode {
  readonly id: number;
  readonly name: string;
  readonly weight: number;
  readonly children: readonly TreeNode[];
}

/** A binary tree of 2^`levels` - 1 nodes. */
function treeOf(levels: number, id = 1): TreeNode {
  const children = levels > 1 ? [treeOf(levels - 1, id * 2), treeOf(levels - 1, id * 2 + 1)] : [];
  return { id, name: `node ${id}`, weight: id / 4, children };
}

const VALUES: Readonly<Record<string, (variation: number) => object>> = {
  request: (variation) => ({ name: 'add', arguments: { a: variation, b: 2 } }),
  reply: (variation) => ({
    content: [{ type: 'text', text: `${variation} + 2 = ${variation + 2}` }],
  }),
  'tree-1k': (variation) => ({ tree: treeOf(10), variation }),
  'text-64KiB': (variation) => ({ text: 'x'.repeat(65_536 + variation) }),
};

const ROUND_TRIPS: Readonly<Record<string, () => RoundTrip>> = {
  codec: () => {
    const memory = new SharedArrayBuffer(MEMORY_BYTES);
    const encoder = new Encoder(memory);
    const decoder = new Decoder(memory);
    return (value) => decoder.decode(8, encoder.encode(value, 8, MEMORY_BYTES));
  },
  json: () => (value) => JSON.parse(JSON.stringify(value)) as unknown,
  clone: () => (value) => structuredClone(value),
  v8: () => (value) => deserialize(serialize(value)) as unknown,
};

function task(way: string, what: string): MicroTask<undefined> {
  const makeRoundTrip = ROUND_TRIPS[way] as () => RoundTrip;
  const makeValue = VALUES[what] as (variation: number) => object;
  return {
    name: `${what}-${way}`,
    mode: 'sync',
    prepare: () => {
      const roundTrip = makeRoundTrip();
      const values = Array.from({ length: VARIATIONS }, (_, variation) => makeValue(variation));
      return (calls) => {
        let right = 0;
        for (let i = 0; i < calls; i++) {
          const value = values[i % VARIATIONS];
          const copy = roundTrip(value);
          if (typeof copy === 'object' && copy !== null && copy !== value) right++;
        }
        return right;
      };
    },
  };
}

export const bench = defineMicroBench({
  name: 'codec',
  description: 'A value turned into bytes and back, by size and by way',
  baseline: 'request-codec',
  tasks: Object.keys(VALUES).flatMap((what) =>
    Object.keys(ROUND_TRIPS).map((way) => task(way, what)),
  ),
});
