/**
 * Writes to a stream, every 10 s, a table of what the services did since the last one.
 *
 * It reads the collector and subscribes to nothing, so calls do not pay for it.
 */

import { type Clock, type ClockTimer, SYSTEM_CLOCK } from '../../core/clock.ts';
import { requireInteger, requireKnownKeys, requirePositive } from '../../core/options.ts';
import { renderActivity } from './activity-table.ts';
import type { MetricsCollector, MetricsSnapshot } from './metrics-collector.ts';

export interface ConsoleReporterOptions {
  /** Time between two tables, in ms. Default: 10,000. */
  readonly periodMs?: number;
  /** How many series a table shows, the busiest first. Default: 20. */
  readonly maxRows?: number;
  /** Default: the system's. */
  readonly clock?: Clock;
}

export class ConsoleReporter {
  readonly #collector: Pick<MetricsCollector, 'snapshot'>;
  readonly #stream: { write(text: string): unknown };
  readonly #maxRows: number;
  readonly #clock: Clock;
  readonly #timer: ClockTimer;
  #reported: MetricsSnapshot | undefined;
  #reportedAtMs: number;
  #isStarted = false;

  /** @param stream - such as `process.stderr` */
  constructor(
    collector: Pick<MetricsCollector, 'snapshot'>,
    stream: { write(text: string): unknown },
    options: ConsoleReporterOptions = {},
  ) {
    const { periodMs = 10_000, maxRows = 20, clock = SYSTEM_CLOCK } = options;
    requireKnownKeys('options of ConsoleReporter', options, ['periodMs', 'maxRows', 'clock']);
    requirePositive('periodMs', periodMs);
    this.#maxRows = requireInteger('maxRows', maxRows, 1);
    this.#collector = collector;
    this.#stream = stream;
    this.#clock = clock;
    this.#reportedAtMs = clock.nowMs();
    this.#timer = clock.createTimer(periodMs, () => {
      this.report();
      this.#schedule();
    });
  }

  /** Reports from now on what happens from now on, without keeping the process alive. Idempotent. */
  async start(): Promise<void> {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#reported = this.#collector.snapshot();
    this.#reportedAtMs = this.#clock.nowMs();
    this.#schedule();
  }

  /** Writes what is still unreported, and no more after it. Idempotent. */
  async stop(): Promise<void> {
    if (!this.#isStarted) return;
    this.#isStarted = false;
    this.#timer.stop();
    this.report();
  }

  /** Writes what happened since the last report. */
  report(): void {
    const nowMs = this.#clock.nowMs();
    const snapshot = this.#collector.snapshot();
    const elapsedMs = nowMs - this.#reportedAtMs;
    this.#stream.write(renderActivity(this.#reported, snapshot, elapsedMs, this.#maxRows));
    this.#reported = snapshot;
    this.#reportedAtMs = nowMs;
  }

  #schedule(): void {
    this.#timer.start();
    this.#timer.keepAlive(false);
  }
}
