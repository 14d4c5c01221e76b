/** What a small call costs by the place of its service, alone and with others in flight. */

import { defineMicroBench, type MicroTask } from '../src/harness/load/micro-bench.ts';
import { NativeTransport, type Placement } from '../src/runtime/index.ts';

const SERVICES = import.meta.resolve('../src/services/index.js');
const PLACEMENTS = ['inline', 'worker', 'process'] as const satisfies Placement[];

interface Sum {
  readonly structuredContent: { readonly result: number };
}

const params = (a: number) => ({ name: 'add', arguments: { a, b: 2 } });

/** Keeps `inFlight` calls in flight; 1: each waits for the one before. */
function task(placement: Placement, inFlight: number): MicroTask<NativeTransport> {
  return {
    name: `${placement}-${inFlight}`,
    mode: 'async',
    prepare: (transport) => async (calls) => {
      let right = 0;
      let started = 0;
      const callInTurn = async () => {
        while (started < calls) {
          const a = started++;
          const reply = (await transport.call(placement, 'tools/call', params(a))) as Sum;
          if (reply.structuredContent.result === a + 2) right++;
        }
      };
      await Promise.all(Array.from({ length: inFlight }, callInTurn));
      return right;
    },
  };
}

/** All calls of a group for one promise. */
function batchTask(placement: Placement): MicroTask<NativeTransport> {
  return {
    name: `${placement}-many`,
    mode: 'async',
    prepare: (transport) => async (calls) => {
      const list = Array.from({ length: calls }, (_, index) => params(index));
      const replies = (await transport.callMany(placement, 'tools/call', list)) as Sum[];
      let right = 0;
      for (let index = 0; index < calls; index++) {
        if (replies[index]?.structuredContent.result === index + 2) right++;
      }
      return right;
    },
  };
}

export const bench = defineMicroBench<NativeTransport>({
  name: 'lane',
  description: 'A small call by the placement of its service and by calls in flight',
  baseline: 'inline-1',
  setup: async () => {
    const transport = new NativeTransport();
    for (const placement of PLACEMENTS) {
      const source = { module: SERVICES, export: 'calculatorService' };
      await transport.start(source, { name: placement, placement });
    }
    return transport;
  },
  teardown: (transport) => transport.stop(),
  tasks: [
    task('inline', 1),
    task('worker', 1),
    task('process', 1),
    task('worker', 64),
    batchTask('worker'),
    task('process', 64),
    batchTask('process'),
  ],
});
