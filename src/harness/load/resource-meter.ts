/**
 * What a block of calls used: CPU, heap, collector pauses, event loop.
 *
 * Bytes allocated are counted exactly: what the heap grew by, plus what each collection took from
 * it (`v8.GCProfiler` reports the heap before and after each). CPU is that of the whole process,
 * its collector and compiler threads included, plus that of the target's own processes.
 */

import { performance } from 'node:perf_hooks';
import { GCProfiler, getHeapStatistics } from 'node:v8';
import type { TargetUsage } from './target.ts';

export interface ResourceUse {
  /** User and system time, in ns, of every process that took part. */
  readonly cpuNs: number;
  /** Bytes allocated on this process's heap. */
  readonly allocatedBytes: number;
  /** Share of the wall time in which this event loop was busy, 0 to 1. */
  readonly eventLoopUtilization: number;
  readonly gcPauseNs: { readonly count: number; readonly total: number; readonly max: number };
  readonly rssBytes: number;
}

/**
 * What threads of one process used together, of which each has measured itself and `own` the process:
 * heaps and collectors are a thread's own, and the event loops are those that call, in the mean.
 */
export function usedTogether(own: ResourceUse, threads: readonly ResourceUse[]): ResourceUse {
  const all = [own, ...threads];
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  const loops = threads.map(({ eventLoopUtilization }) => eventLoopUtilization);
  return {
    ...own,
    allocatedBytes: sum(all.map(({ allocatedBytes }) => allocatedBytes)),
    eventLoopUtilization: sum(loops) / loops.length,
    gcPauseNs: {
      count: sum(all.map(({ gcPauseNs }) => gcPauseNs.count)),
      total: sum(all.map(({ gcPauseNs }) => gcPauseNs.total)),
      max: Math.max(...all.map(({ gcPauseNs }) => gcPauseNs.max)),
    },
  };
}

/** Measures one block: `start`, the block, `stop`. */
export class ResourceMeter {
  readonly #usage: () => Promise<TargetUsage>;
  #profiler = new GCProfiler();
  #heapBytes = 0;
  #cpu = { user: 0, system: 0 };
  #elu = performance.eventLoopUtilization();
  #targetCpuNs = 0;

  /** @param usage - usage of the target's own processes */
  constructor(usage: () => Promise<TargetUsage>) {
    this.#usage = usage;
  }

  async start(): Promise<void> {
    this.#targetCpuNs = (await this.#usage()).cpuNs;
    this.#profiler = new GCProfiler();
    this.#profiler.start();
    this.#heapBytes = getHeapStatistics().used_heap_size;
    this.#elu = performance.eventLoopUtilization();
    this.#cpu = process.cpuUsage();
  }

  async stop(): Promise<ResourceUse> {
    const cpu = process.cpuUsage(this.#cpu);
    const elu = performance.eventLoopUtilization(this.#elu);
    const grownBytes = getHeapStatistics().used_heap_size - this.#heapBytes;
    const collections = this.#profiler.stop().statistics;
    const target = await this.#usage();
    let collectedBytes = 0;
    let total = 0;
    let max = 0;
    for (const { beforeGC, afterGC, cost } of collections) {
      collectedBytes += beforeGC.heapStatistics.usedHeapSize - afterGC.heapStatistics.usedHeapSize;
      total += cost * 1e3;
      max = Math.max(max, cost * 1e3);
    }
    // A process that has ended meanwhile takes with it what it had used.
    const targetCpuNs = Math.max(0, target.cpuNs - this.#targetCpuNs);
    return {
      cpuNs: (cpu.user + cpu.system) * 1e3 + targetCpuNs,
      allocatedBytes: Math.max(0, grownBytes + collectedBytes),
      eventLoopUtilization: elu.utilization,
      gcPauseNs: { count: collections.length, total, max },
      rssBytes: process.memoryUsage.rss() + target.rssBytes,
    };
  }
}
