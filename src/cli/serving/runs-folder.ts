/** The stored runs as `toolrig ui` shows them, and word of when that has changed. */

import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunsList } from '../../harness/report/html/runs-page.ts';
import { readLiveRuns } from '../../harness/results/live-run.ts';
import { listRunIds, readRecord } from '../../harness/results/read-run.ts';
import { type RunSummary, summaryOf } from '../../harness/results/run-summary.ts';

/** Longer lists are read by nobody, and take long to make. */
const MOST_RUNS = 200;
/** Looked at anew so often, besides what the file system tells: it does not see into new folders. */
const LOOK_EVERY_MS = 1_000;

export class RunsFolder {
  readonly path: string;
  /** Summaries by id, with the time of the file that they were read from; `null`: it cannot be read. */
  readonly #known = new Map<string, { mtimeMs: number; summary: RunSummary | null }>();
  readonly #waiting = new Set<() => void>();
  readonly #timer: NodeJS.Timeout;
  readonly #watcher: FSWatcher | undefined;

  constructor(path: string) {
    this.path = path;
    this.#timer = setInterval(() => this.#wake(), LOOK_EVERY_MS);
    this.#timer.unref();
    this.#watcher = this.#watch();
  }

  /** The newest runs, and those under way. */
  async list(): Promise<RunsList> {
    const ids = (await listRunIds(this.path)).toReversed();
    const read = await Promise.all(ids.slice(0, MOST_RUNS).map((id) => this.#summary(id)));
    const runs = read.filter((summary) => summary !== null);
    const live = await readLiveRuns(this.path, Date.now());
    return { runs, live, leftOut: ids.length - runs.length };
  }

  /** Resolves when something may have changed, at the latest after {@link LOOK_EVERY_MS}, or when `signal` fires. */
  async changed(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }

  close(): void {
    clearInterval(this.#timer);
    this.#watcher?.close();
    this.#wake();
  }

  async #summary(id: string): Promise<RunSummary | null> {
    const file = join(this.path, id, 'run.json');
    try {
      const { mtimeMs } = await stat(file);
      const known = this.#known.get(id);
      if (known?.mtimeMs === mtimeMs) return known.summary;
      const summary = await readRecord(file).then(
        // By its folder, since that is how it is found: a copy has the id of its original.
        (record) => ({ ...summaryOf(record), runId: id }),
        () => null,
      );
      this.#known.set(id, { mtimeMs, summary });
      return summary;
    } catch {
      return null; // removed meanwhile
    }
  }

  /** Some file systems cannot be watched, and a folder may not be there yet: the timer is enough. */
  #watch(): FSWatcher | undefined {
    try {
      const watcher = watch(this.path, { persistent: false }, () => this.#wake());
      watcher.on('error', () => watcher.close());
      return watcher;
    } catch {
      return undefined;
    }
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }
}
