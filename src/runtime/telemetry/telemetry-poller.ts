/**
 * Measures what no call tells: how many services there are and for how long, every 10 s, as
 * `mcp.service.count` and `mcp.service.uptime`.
 *
 * A registry has dropped the dead already, so that counting its list finds all services well for
 * ever. `expectedServices` says which there should be; they are the total then.
 */

import { type Clock, type ClockTimer, SYSTEM_CLOCK } from '../../core/clock.ts';
import { requireKnownKeys, requirePositive } from '../../core/options.ts';
import { type EventBus, telemetry } from './event-bus.ts';
import { type Logger, SILENT_LOGGER } from './logger.ts';

/** What is polled; a `NativeTransport` is one. */
export interface PolledServices {
  listServices(): readonly {
    readonly name: string;
    readonly reference: { readonly status: string };
    readonly meta: { readonly registeredAt: Date };
  }[];
}

export interface TelemetryPollerOptions {
  /** Time between two polls, in ms; the first is at the start. Default: 10,000. */
  readonly periodMs?: number;
  /** Names of the services that should exist. Default: those that are registered. */
  readonly expectedServices?: () => Iterable<string>;
  /** Hears of a poll that failed; the next one comes all the same. Default: nowhere. */
  readonly logger?: Logger;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Default: the process's. */
  readonly bus?: EventBus;
}

const OPTION_KEYS = ['periodMs', 'expectedServices', 'logger', 'clock', 'bus'];

export class TelemetryPoller {
  readonly #services: PolledServices;
  readonly #expectedServices: (() => Iterable<string>) | undefined;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #bus: EventBus;
  readonly #timer: ClockTimer;
  /** Services whose uptime was told the last time. */
  #told = new Set<string>();
  #isStarted = false;

  constructor(services: PolledServices, options: TelemetryPollerOptions = {}) {
    const {
      periodMs = 10_000,
      expectedServices,
      logger = SILENT_LOGGER,
      clock = SYSTEM_CLOCK,
      bus = telemetry,
    } = options;
    requireKnownKeys('options of TelemetryPoller', options, OPTION_KEYS);
    requirePositive('periodMs', periodMs);
    this.#services = services;
    this.#expectedServices = expectedServices;
    this.#logger = logger;
    this.#clock = clock;
    this.#bus = bus;
    this.#timer = clock.createTimer(periodMs, () => this.#tick());
  }

  /** Polls now and from now on, without keeping the process alive. Idempotent. */
  async start(): Promise<void> {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#tick();
  }

  /** Polls no more. Idempotent. */
  async stop(): Promise<void> {
    this.#isStarted = false;
    this.#timer.stop();
  }

  /**
   * Emits the count, and the uptime of each service: 0 for one that should exist and does not, and
   * once for one that has gone since the last poll.
   */
  poll(): void {
    const listings = this.#services.listServices();
    const registered = new Map(listings.map((listing) => [listing.name, listing]));
    const expected = new Set(this.#expectedServices?.() ?? registered.keys());
    let healthy = 0;
    for (const name of expected) {
      if (registered.get(name)?.reference.status === 'running') healthy++;
    }
    this.#bus.execute('mcp.service.count', { total: expected.size, healthy }, {});
    const nowMs = this.#clock.wallMs();
    for (const service of new Set([...this.#told, ...expected, ...registered.keys()])) {
      const sinceMs = registered.get(service)?.meta.registeredAt.getTime() ?? nowMs;
      // The date may have been set back meanwhile.
      const seconds = Math.max(0, nowMs - sinceMs) / 1_000;
      this.#bus.execute('mcp.service.uptime', { seconds }, { service });
    }
    this.#told = new Set(registered.keys());
  }

  #tick(): void {
    try {
      this.poll();
    } catch (thrown) {
      this.#logger.error({ err: thrown }, 'telemetry poll failed');
    }
    this.#timer.start();
    this.#timer.keepAlive(false);
  }
}
