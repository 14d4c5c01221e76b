/**
 * The collector's metrics in Prometheus's text format, through prom-client.
 *
 *   mcp_service_call_total{service,method,tool,outcome}
 *   mcp_service_call_duration_seconds{service,method,tool}    histogram, 1 µs … 10 s
 *   mcp_service_count{status}    mcp_service_uptime_seconds{service}
 *   mcp_service_restarts_total{service}                       where a source is given
 *
 * Nothing of it happens during calls: prom-client's own metrics cost 0.2 to 0.5 µs each time they
 * are fed, so ours are filled from a snapshot when they are asked for. prom-client is loaded with
 * the first text, so that `import 'toolrig'` does not wait for it.
 */

import type { Metric, Registry } from 'prom-client';
import { requireKnownKeys } from '../../core/options.ts';
import { BUCKET_BOUNDS_NS } from './duration-buckets.ts';
import type { MetricsCollector, MetricsSnapshot } from './metrics-collector.ts';

export interface PrometheusOptions {
  /**
   * Adds prom-client's own metrics of this process: CPU, memory, event loop, garbage collection.
   * They observe the process from the first text on, until it ends. Default: `false`.
   */
  readonly processMetrics?: boolean;
  /** How often each service was restarted, as `[service, restarts]`. Default: not shown. */
  readonly restarts?: () => Iterable<readonly [service: string, restarts: number]>;
}

/** One line of the text. */
interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  /** Labels of a series, which prom-client writes out once for each object, however many its lines. */
  readonly sharedLabels?: object;
  readonly value: number;
  /** Where it is not the metric's own: `…_bucket`, `…_sum`, `…_count`. */
  readonly metricName?: string;
}

export class PrometheusExporter {
  /** What an HTTP response with the text should call it. */
  readonly contentType = 'text/plain; version=0.0.4; charset=utf-8';
  readonly #collector: Pick<MetricsCollector, 'snapshot'>;
  readonly #processMetrics: boolean;
  readonly #restarts: PrometheusOptions['restarts'];
  #registry: Promise<Registry> | undefined;
  /** What the metrics are filled from. */
  #snapshot: MetricsSnapshot;

  constructor(collector: Pick<MetricsCollector, 'snapshot'>, options: PrometheusOptions = {}) {
    const { processMetrics = false, restarts } = options;
    requireKnownKeys('options of PrometheusExporter', options, ['processMetrics', 'restarts']);
    this.#collector = collector;
    this.#snapshot = collector.snapshot();
    this.#processMetrics = processMetrics;
    this.#restarts = restarts;
  }

  /** The metrics now, for a scrape. */
  async text(): Promise<string> {
    this.#registry ??= this.#createRegistry();
    const registry = await this.#registry;
    // `metrics` asks every metric before it waits for anything: one snapshot, so that they agree.
    this.#snapshot = this.#collector.snapshot();
    return registry.metrics();
  }

  async #createRegistry(): Promise<Registry> {
    const prom = await import('prom-client');
    const registry = new prom.Registry();
    const add = (
      name: string,
      type: 'counter' | 'gauge' | 'histogram',
      help: string,
      samples: () => Sample[],
    ): void => {
      // All that a registry asks of a metric; its own classes can only be fed call by call.
      const get = async () => ({ name, help, type, aggregator: 'sum', values: samples() });
      registry.registerMetric({ name, help, type, get } as unknown as Metric);
    };
    const snapshot = () => this.#snapshot;
    add('mcp_service_call_total', 'counter', 'Calls that have ended, by outcome', () =>
      callSamples(snapshot()),
    );
    add('mcp_service_call_duration_seconds', 'histogram', 'How long calls took', () =>
      durationSamples('mcp_service_call_duration_seconds', snapshot()),
    );
    add('mcp_service_count', 'gauge', 'Services that should exist, and those that are well', () =>
      snapshot()['mcp.service.count'].map(({ tags, value }) => ({ labels: { ...tags }, value })),
    );
    add('mcp_service_uptime_seconds', 'gauge', 'For how long a service has been registered', () =>
      snapshot()['mcp.service.uptime'].map(({ tags, value }) => ({ labels: { ...tags }, value })),
    );
    const restarts = this.#restarts;
    if (restarts !== undefined) {
      add('mcp_service_restarts_total', 'counter', 'How often a service was restarted', () =>
        [...restarts()].map(([service, value]) => ({ labels: { service }, value })),
      );
    }
    if (this.#processMetrics) prom.collectDefaultMetrics({ register: registry });
    return registry;
  }
}

/** The collector's metrics in Prometheus's text format, once. */
export function prometheusText(
  collector: Pick<MetricsCollector, 'snapshot'>,
  options?: Omit<PrometheusOptions, 'processMetrics'>,
): Promise<string> {
  return new PrometheusExporter(collector, options).text();
}

function callSamples(snapshot: MetricsSnapshot): Sample[] {
  return snapshot['mcp.service.call.count'].map(({ tags, value }) => ({
    labels: { ...tags },
    value,
  }));
}

function durationSamples(name: string, snapshot: MetricsSnapshot): Sample[] {
  return snapshot['mcp.service.call.duration'].flatMap(({ tags, value }) => {
    const sharedLabels = tags;
    let cumulative = 0;
    return [
      ...value.bucketCounts.map((count, bucket): Sample => {
        cumulative += count;
        const boundNs = BUCKET_BOUNDS_NS[bucket];
        const le = boundNs === undefined ? '+Inf' : String(boundNs / 1e9);
        return { metricName: `${name}_bucket`, labels: { le }, sharedLabels, value: cumulative };
      }),
      { metricName: `${name}_sum`, labels: {}, sharedLabels, value: value.sumNs / 1e9 },
      { metricName: `${name}_count`, labels: {}, sharedLabels, value: value.count },
    ];
  });
}
