/**
 * What watching one call's deadline costs when the call ends in time, as nearly all do: on the
 * shared wheel, and with a timer of its own; alone, and among a thousand others.
 */

import { type DeadlineNode, DeadlineWheel } from '../src/core/deadline-wheel.ts';
import { defineMicroBench, type GroupRun } from '../src/harness/load/micro-bench.ts';

const TIMEOUT_MS = 5_000;
/** Deadlines that are being watched meanwhile; longer than any bench runs. */
const OTHERS = 1_000;
const OTHERS_TIMEOUT_MS = 3_600_000;

class Watched implements DeadlineNode {
  wheelPrevious: DeadlineNode | null = null;
  wheelNext: DeadlineNode | null = null;
  timeoutMs = 0;
  expiryTick = 0;
  onDeadline(): void {}
}

interface Crowd {
  readonly wheel: DeadlineWheel;
  readonly nodes: readonly Watched[];
  readonly timers: readonly NodeJS.Timeout[];
}

function watchOnWheel(wheel: DeadlineWheel): GroupRun {
  const node = new Watched();
  return (calls) => {
    const before = wheel.size;
    let right = 0;
    for (let i = 0; i < calls; i++) {
      wheel.add(node, TIMEOUT_MS);
      if (wheel.size === before + 1) right++;
      wheel.remove(node);
    }
    return right;
  };
}

export const bench = defineMicroBench<Crowd>({
  name: 'deadline-wheel',
  description: 'A deadline added and removed, on the wheel and as a timer of its own',
  baseline: 'wheel',
  setup: () => {
    const wheel = new DeadlineWheel();
    const nodes = Array.from({ length: OTHERS }, () => new Watched());
    for (const node of nodes) wheel.add(node, OTHERS_TIMEOUT_MS);
    const timers = nodes.map(() => setTimeout(() => {}, OTHERS_TIMEOUT_MS));
    return { wheel, nodes, timers };
  },
  teardown: ({ wheel, nodes, timers }) => {
    for (const node of nodes) wheel.remove(node);
    for (const timer of timers) clearTimeout(timer);
  },
  tasks: [
    { name: 'wheel', mode: 'sync', prepare: () => watchOnWheel(new DeadlineWheel()) },
    { name: 'wheel-crowded', mode: 'sync', prepare: ({ wheel }) => watchOnWheel(wheel) },
    {
      // Node keeps timers of one duration in one list; the thousand others are in another.
      name: 'timeout',
      mode: 'sync',
      prepare: () => (calls) => {
        let right = 0;
        for (let i = 0; i < calls; i++) {
          const timer = setTimeout(() => {}, TIMEOUT_MS);
          if (timer.hasRef()) right++;
          clearTimeout(timer);
        }
        return right;
      },
    },
  ],
});
