/** Several blocks of one rate as one: counts are added and histograms merged, nothing is averaged. */

import { mergedHistogram } from '../stats/latency-histogram.ts';
import type { BlockMeasurement } from './measurement.ts';
import type { OpenBlockFigures } from './open-figures.ts';
import { destroyBlock } from './rate-prober.ts';

/** All calls of the blocks in one; it owns its histograms, and those of the blocks are destroyed. */
export function poolBlocks(
  blocks: readonly [BlockMeasurement, ...BlockMeasurement[]],
): BlockMeasurement {
  const [first] = blocks;
  const sum = (of: (block: BlockMeasurement) => number) =>
    blocks.reduce((total, each) => total + of(each), 0);
  const durationMs = sum((each) => each.durationMs);
  const errors = new Map<string, number>();
  for (const each of blocks) {
    for (const [code, count] of each.errors) errors.set(code, (errors.get(code) ?? 0) + count);
  }
  const pooled: BlockMeasurement = {
    ...first,
    durationMs,
    calls: sum(({ calls }) => calls),
    succeeded: sum(({ succeeded }) => succeeded),
    failed: sum(({ failed }) => failed),
    checksFailed: sum(({ checksFailed }) => checksFailed),
    errors,
    firstFailure: blocks.find(({ firstFailure }) => firstFailure !== undefined)?.firstFailure,
    cpuNs: sum(({ cpuNs }) => cpuNs),
    allocatedBytes: sum(({ allocatedBytes }) => allocatedBytes),
    eventLoopUtilization:
      sum((each) => each.eventLoopUtilization * each.durationMs) / Math.max(durationMs, 1e-9),
    gcPauseNs: {
      count: sum(({ gcPauseNs }) => gcPauseNs.count),
      total: sum(({ gcPauseNs }) => gcPauseNs.total),
      max: Math.max(...blocks.map(({ gcPauseNs }) => gcPauseNs.max)),
    },
    rssBytes: Math.max(...blocks.map(({ rssBytes }) => rssBytes)),
    latency: mergedHistogram(blocks.map(({ latency }) => latency)),
    batchLatency: mergedHistogram(blocks.map(({ batchLatency }) => batchLatency)),
    ...pooledOpen(blocks.flatMap(({ open }) => (open === undefined ? [] : [open]))),
  };
  for (const each of blocks) destroyBlock(each);
  return pooled;
}

function pooledOpen(opens: readonly OpenBlockFigures[]): Pick<BlockMeasurement, 'open'> {
  if (opens.length === 0) return {};
  const sum = (of: (open: OpenBlockFigures) => number) =>
    opens.reduce((total, each) => total + of(each), 0);
  let secondsBefore = 0;
  const slices = opens.flatMap((open) => {
    const shifted = open.slices.map((slice) => ({
      ...slice,
      second: slice.second + secondsBefore,
    }));
    secondsBefore += Math.ceil(open.scheduleMs / 1e3);
    return shifted;
  });
  return {
    open: {
      scheduled: sum(({ scheduled }) => scheduled),
      dropped: sum(({ dropped }) => dropped),
      sentLate: sum(({ sentLate }) => sentLate),
      scheduleMs: sum(({ scheduleMs }) => scheduleMs),
      pacedMs: sum(({ pacedMs }) => pacedMs),
      service: mergedHistogram(opens.map(({ service }) => service)),
      lag: mergedHistogram(opens.map(({ lag }) => lag)),
      held: mergedHistogram(opens.map(({ held }) => held)),
      pacing: mergedHistogram(opens.map(({ pacing }) => pacing)),
      slices,
    },
  };
}
