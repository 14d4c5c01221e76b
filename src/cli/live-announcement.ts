/** Says in the folder of runs how a run goes, for `toolrig ui` to show. */

import { removeLiveRun, removeLiveRunNow, writeLiveRun } from '../harness/results/live-run.ts';
import type { ProgressLine } from './progress.ts';

export interface LiveAnnouncement {
  update(line: ProgressLine): void;
  /** Takes it back. */
  end(): Promise<void>;
  /** The same before it returns, for a program that ends now. */
  endNow(): void;
}

/** Seldom, since writing a file is work for the machine that is measured. */
const MIN_INTERVAL_MS = 2_000;

/** @param command - that the run was started with */
export function announceRun(runsFolder: string, runId: string, command: string): LiveAnnouncement {
  const startedAt = new Date().toISOString();
  let writtenAtMs = Number.NEGATIVE_INFINITY;
  let writing = Promise.resolve();
  return {
    update({ subject: scenario, detail, doneRatio }) {
      const nowMs = performance.now();
      if (nowMs - writtenAtMs < MIN_INTERVAL_MS) return;
      writtenAtMs = nowMs;
      const updatedAt = new Date().toISOString();
      const live = { runId, command, startedAt, updatedAt, scenario, detail, doneRatio };
      // One after the other: the last one written is the last one said.
      writing = writing.then(() => writeLiveRun(runsFolder, live));
    },
    async end() {
      await writing;
      await removeLiveRun(runsFolder, runId);
    },
    endNow() {
      removeLiveRunNow(runsFolder, runId);
    },
  };
}
