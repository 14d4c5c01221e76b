/**
 * Keeps the metrics of the services of this process in memory, for whoever reports them:
 *
 *   counter       mcp.service.call.count     by service, method, tool and outcome
 *   distribution  mcp.service.call.duration  by service, method and tool; see duration-buckets
 *   gauge         mcp.service.count          by status: total, healthy
 *   gauge         mcp.service.uptime         by service
 *
 * Counting is two look-ups and a few additions, with nothing allocated; everything else happens
 * when somebody asks for a snapshot. The gauges are what `TelemetryPoller` last emitted.
 */

import { requireInteger, requireKnownKeys, requireName } from '../../core/options.ts';
import type { CallTags, OutcomeTag } from './call-series.ts';
import { type EventBus, telemetry } from './event-bus.ts';
import { SeriesTable } from './series-table.ts';

export interface MetricsCollectorOptions {
  /**
   * How many combinations of service, method and tool are told apart; what comes beyond it is
   * counted as `_OTHER`. Also how many services' uptimes are kept. Default: 1,000.
   */
  readonly maxSeries?: number;
  /** Under which it is attached: two on one bus need two. Default: `'toolrig.metrics'`. */
  readonly handlerId?: string;
  /** Default: the process's. */
  readonly bus?: EventBus;
}

/** One value of a metric, and what it is about. */
export interface MetricPoint<TTags, TValue = number> {
  readonly tags: TTags;
  readonly value: TValue;
}

/** How long calls took. */
export interface DurationDistribution {
  readonly count: number;
  readonly sumNs: number;
  readonly minNs: number;
  readonly maxNs: number;
  /** Calls in each bucket, not cumulative; the last is above all bounds (`BUCKET_BOUNDS_NS`). */
  readonly bucketCounts: readonly number[];
}

/** The metrics at one moment, by name; a value that nobody touches any more. */
export interface MetricsSnapshot {
  /** Outcomes that never were are left out, `ok` apart. */
  readonly 'mcp.service.call.count': readonly MetricPoint<
    CallTags & { readonly outcome: OutcomeTag }
  >[];
  readonly 'mcp.service.call.duration': readonly MetricPoint<CallTags, DurationDistribution>[];
  /** Empty until a poller has counted. */
  readonly 'mcp.service.count': readonly MetricPoint<{ readonly status: 'total' | 'healthy' }>[];
  /** In seconds; 0 for a service that is gone. */
  readonly 'mcp.service.uptime': readonly MetricPoint<{ readonly service: string }>[];
}

export class MetricsCollector {
  readonly #maxSeries: number;
  readonly #handlerId: string;
  readonly #bus: EventBus;
  readonly #series: SeriesTable;
  readonly #uptimeSeconds = new Map<string, number>();
  #serviceCount: { readonly total: number; readonly healthy: number } | undefined;
  #isStarted = false;

  constructor(options: MetricsCollectorOptions = {}) {
    const { maxSeries = 1_000, handlerId = 'toolrig.metrics', bus = telemetry } = options;
    requireKnownKeys('options of MetricsCollector', options, ['maxSeries', 'handlerId', 'bus']);
    this.#maxSeries = requireInteger('maxSeries', maxSeries, 1);
    this.#handlerId = requireName('handlerId', handlerId);
    this.#bus = bus;
    this.#series = new SeriesTable(maxSeries);
  }

  /**
   * Begins to count. What was counted before is kept. Idempotent.
   *
   * @throws `ERR_ALREADY_REGISTERED` when another collector has the `handlerId`
   */
  async start(): Promise<void> {
    if (this.#isStarted) return;
    const ended = ['mcp.service.call.stop', 'mcp.service.call.exception'] as const;
    this.#bus.attach(this.#handlerId, ended, (_event, { durationNs }, call) => {
      const { service, method, tool = '', errorType } = call;
      this.#series.find(service, method, tool, errorType).record(errorType, durationNs);
    });
    this.#isStarted = true;
    this.#bus.attach(`${this.#handlerId}.count`, 'mcp.service.count', (_event, count) => {
      this.#serviceCount = count;
    });
    this.#bus.attach(
      `${this.#handlerId}.uptime`,
      'mcp.service.uptime',
      (_event, { seconds }, { service }) => {
        const isKnown = this.#uptimeSeconds.has(service);
        const isRoom = isKnown || this.#uptimeSeconds.size < this.#maxSeries;
        if (isRoom) this.#uptimeSeconds.set(service, seconds);
      },
    );
  }

  /** Counts no more; the snapshot stays. Idempotent. */
  async stop(): Promise<void> {
    if (!this.#isStarted) return;
    this.#isStarted = false;
    this.#bus.detach(this.#handlerId);
    this.#bus.detach(`${this.#handlerId}.count`);
    this.#bus.detach(`${this.#handlerId}.uptime`);
  }

  /** The metrics now. */
  snapshot(): MetricsSnapshot {
    const series = this.#series.all();
    const { total = 0, healthy = 0 } = this.#serviceCount ?? {};
    return {
      'mcp.service.call.count': series.flatMap((one) =>
        one.countByOutcome().map(([outcome, value]) => ({ tags: { ...one.tags, outcome }, value })),
      ),
      'mcp.service.call.duration': series.map((one) => {
        const bucketCounts = one.bucketCounts();
        const count = bucketCounts.reduce((sum, calls) => sum + calls, 0);
        const { sumNs, minNs, maxNs } = one;
        return { tags: one.tags, value: { count, sumNs, minNs, maxNs, bucketCounts } };
      }),
      'mcp.service.count':
        this.#serviceCount === undefined
          ? []
          : [
              { tags: { status: 'total' }, value: total },
              { tags: { status: 'healthy' }, value: healthy },
            ],
      'mcp.service.uptime': [...this.#uptimeSeconds].map(([service, value]) => ({
        tags: { service },
        value,
      })),
    };
  }
}
