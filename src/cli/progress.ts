/**
 * Progress on stderr: one live line on a terminal, elsewhere one plain line a scenario's case, so that a
 * CI log stays short.
 */

import { isLive, stderr } from './streams.ts';

export interface ProgressLine {
  /** What is being done, the same while it goes on. */
  readonly subject: string;
  /** How it goes: changes often. */
  readonly detail: string;
  /** Share of the whole that is done, 0 to 1. */
  readonly doneRatio: number;
}

export interface Progress {
  update(line: ProgressLine): void;
  /** Clears the live line. */
  end(): void;
}

const MIN_INTERVAL_MS = 100;

/** The progress display that fits stderr. */
export function createProgress(isQuiet: boolean): Progress {
  if (isQuiet) return { update() {}, end() {} };
  return isLive(process.stderr) ? new LiveProgress() : new PlainProgress();
}

class LiveProgress implements Progress {
  readonly #startedAtMs = performance.now();
  #shownAtMs = Number.NEGATIVE_INFINITY;

  update({ subject, detail, doneRatio }: ProgressLine): void {
    const nowMs = performance.now();
    if (nowMs - this.#shownAtMs < MIN_INTERVAL_MS) return;
    this.#shownAtMs = nowMs;
    const elapsedMs = nowMs - this.#startedAtMs;
    const left =
      doneRatio > 0.02 ? `, ${Math.ceil((elapsedMs / doneRatio - elapsedMs) / 1e3)} s left` : '';
    const line = `${Math.floor(doneRatio * 100)} %${left}  ${subject}  ${detail}`;
    stderr(`\r\u001b[2K${line.slice(0, (process.stderr.columns ?? 80) - 1)}`);
  }

  end(): void {
    stderr('\r\u001b[2K');
  }
}

class PlainProgress implements Progress {
  #subject = '';

  update({ subject, doneRatio }: ProgressLine): void {
    if (subject === this.#subject) return;
    this.#subject = subject;
    stderr(`${String(Math.floor(doneRatio * 100)).padStart(3)} %  ${subject}\n`);
  }

  end(): void {}
}
