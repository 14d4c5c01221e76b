/**
 * Checks, again and again, the services that should exist.
 *
 *   expected() ──▶ ping them all at once ──▶ advance() each ──▶ log, event, restart
 *        ▲                                                          │
 *        └────────────── interval, jittered ◀───────────────────────┘
 *
 * Which services those are is asked of whoever should keep them alive, the supervision tree: the
 * registry has dropped the dead already. There is one round at a time and the next is timed from
 * its end, so a service is never pinged twice at once. Jitter keeps many monitors from falling into
 * step. The monitor's timer does not keep the process alive.
 *
 * A round takes as long as its slowest answer, and in that time a service may end and be started
 * again. What was found out about the old one is no reason to kill the new one, which has its name.
 */

import { type Clock, type ClockTimer, SYSTEM_CLOCK } from '../../core/clock.ts';
import {
  requireAtLeast,
  requireFunction,
  requireInteger,
  requireKnownKeys,
  requireOneOf,
  requirePositive,
} from '../../core/options.ts';
import type { ServiceReference } from '../dispatch/service-reference.ts';
import { type Logger, SILENT_LOGGER } from '../telemetry/logger.ts';
import { publishHealth } from './health-channel.ts';
import { probe } from './probe.ts';
import {
  advance,
  type Finding,
  type HealthRecord,
  type ServiceHealth,
  unknownHealth,
} from './service-health.ts';

/** A service that should be there. */
export interface ExpectedService {
  /** The name it is registered under. */
  readonly name: string;
  /** Its supervisor is (re)starting it: it is reported as failed and left alone. Default: false. */
  readonly isStarting?: boolean;
}

/** Where the monitor finds services; a transport fits. */
export interface ServiceLookup {
  lookup(name: string): ServiceReference | undefined;
}

export interface HealthMonitorOptions {
  /** Time between two rounds. Default: 30,000. */
  readonly intervalMs?: number;
  /** Share of the interval by which it varies, 0 to 1. Default: 0.1. */
  readonly jitterRatio?: number;
  /** Time that a service has to answer `ping`. Default: 1,000. */
  readonly deadlineMs?: number;
  /** What is done about a failed service. Default: `'report'`; `'restart'` needs `restart`. */
  readonly onUnhealthy?: 'report' | 'restart';
  /** Failed checks in a row before a restart. Default: 2. */
  readonly failuresBeforeRestart?: number;
  /**
   * Kills a service so that its supervisor starts it again; does nothing while that is under way.
   * `reference` is who is to go, `undefined` when nobody has the name: the service, or the one of its
   * copies that failed, which the others replace.
   */
  readonly restart?: (name: string, reference: ServiceReference | undefined) => unknown;
  /** Default: nowhere. */
  readonly logger?: Logger;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Numbers from 0 to 1, for the jitter. Default: `Math.random`. */
  readonly random?: () => number;
}

export interface HealthStatus {
  readonly totalServices: number;
  readonly failedServices: number;
  /** End of the last round, ISO 8601; `null` before the first. */
  readonly lastCheck: string | null;
  /** `degraded` when any service has failed. */
  readonly status: 'healthy' | 'degraded';
  /** In the order of `expected`. */
  readonly services: readonly ServiceHealth[];
}

interface Round {
  done: Promise<void>;
  /** The monitor was stopped meanwhile: nobody acts on what is found. */
  isDropped: boolean;
}

const OPTION_KEYS = [
  'intervalMs',
  'jitterRatio',
  'deadlineMs',
  'onUnhealthy',
  'failuresBeforeRestart',
  'restart',
  'logger',
  'clock',
  'random',
] as const satisfies (keyof HealthMonitorOptions)[];

export class HealthMonitor {
  readonly #lookup: ServiceLookup;
  readonly #expected: () => Iterable<ExpectedService>;
  readonly #intervalMs: number;
  readonly #jitterRatio: number;
  readonly #deadlineMs: number;
  readonly #strikesAllowed: number;
  readonly #restart: HealthMonitorOptions['restart'];
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #random: () => number;
  #records: ReadonlyMap<string, HealthRecord> = new Map();
  #lastCheck: string | null = null;
  #round: Round | undefined = undefined;
  #timer: ClockTimer | undefined = undefined;
  #isRunning = false;

  /**
   * @param lookup - finds services by name: the transport
   * @param expected - the services that should be there now; asked before every round
   * @throws `ERR_INVALID_OPTION`
   */
  constructor(
    lookup: ServiceLookup,
    expected: () => Iterable<ExpectedService>,
    options: HealthMonitorOptions = {},
  ) {
    const { intervalMs = 30_000, jitterRatio = 0.1, deadlineMs = 1_000 } = options;
    const { onUnhealthy = 'report', failuresBeforeRestart = 2, restart } = options;
    const { logger = SILENT_LOGGER, clock = SYSTEM_CLOCK, random = Math.random } = options;
    requireKnownKeys('options', options, OPTION_KEYS);
    requireFunction('expected', expected);
    this.#lookup = lookup;
    this.#expected = expected;
    this.#intervalMs = requirePositive('intervalMs', intervalMs);
    this.#jitterRatio = requireAtLeast('jitterRatio', jitterRatio, 0, 1);
    this.#deadlineMs = requirePositive('deadlineMs', deadlineMs);
    requireInteger('failuresBeforeRestart', failuresBeforeRestart, 1);
    const restarts = requireOneOf('onUnhealthy', onUnhealthy, ['report', 'restart']) === 'restart';
    if (restarts) requireFunction("restart (for onUnhealthy 'restart')", restart);
    this.#restart = restart;
    this.#strikesAllowed = restarts ? failuresBeforeRestart : Number.POSITIVE_INFINITY;
    this.#logger = logger;
    this.#clock = clock;
    this.#random = random;
  }

  /** Begins the first round and keeps checking. Does not wait for its end. Idempotent. */
  async start(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    void this.#keepChecking();
  }

  /** Checks no more; what a round under way finds is dropped. Idempotent. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    this.#timer?.stop();
    if (this.#round !== undefined) this.#round.isDropped = true;
  }

  /**
   * Checks every service now, or joins the round that is under way, and resolves with the result;
   * works whether or not the monitor is started.
   *
   * @throws (rejects) what `expected` threw
   */
  async checkNow(): Promise<HealthStatus> {
    await this.#check();
    return this.getHealthStatus();
  }

  /** What the last round found, and which services it did not know yet. Waits for nothing. */
  getHealthStatus(): HealthStatus {
    const services = [...this.#records.values()].map(({ health }) => health);
    const failedServices = services.filter(({ status }) => status === 'failed').length;
    return {
      totalServices: services.length,
      failedServices,
      lastCheck: this.#lastCheck,
      status: failedServices === 0 ? 'healthy' : 'degraded',
      services,
    };
  }

  async #keepChecking(): Promise<void> {
    try {
      await this.#check();
    } catch (error) {
      // Only `expected` can throw. The tree may be changing: the next round asks it again.
      this.#logger.error({ err: error }, 'health check could not list the services');
    }
    if (!this.#isRunning) return;
    const factor = 1 + this.#jitterRatio * (2 * this.#random() - 1);
    this.#timer?.stop();
    this.#timer = this.#clock.createTimer(this.#intervalMs * factor, () => {
      void this.#keepChecking();
    });
    this.#timer.start();
    this.#timer.keepAlive(false);
  }

  async #check(): Promise<void> {
    // One that was dropped still has pings out: wait for those, then ask anew.
    while (this.#round?.isDropped === true) await this.#round.done;
    this.#round ??= this.#beginRound();
    await this.#round.done;
  }

  #beginRound(): Round {
    const round: Round = { done: Promise.resolve(), isDropped: false };
    round.done = this.#runRound(round).finally(() => {
      this.#round = undefined;
    });
    return round;
  }

  async #runRound(round: Round): Promise<void> {
    const expected = new Map([...this.#expected()].map((service) => [service.name, service]));
    const known = this.#records;
    this.#records = new Map(
      [...expected.keys()].map((name) => [name, known.get(name) ?? unknownHealth(name)]),
    );
    const names = [...expected.keys()];
    const findings = await Promise.all([...expected.values()].map((one) => this.#probe(one)));
    if (round.isDropped) return;
    const checkedAt = new Date(this.#clock.wallMs()).toISOString();
    this.#records = new Map(
      findings.map((finding, index) => {
        const name = names[index] as string; // as many findings as names
        return [name, this.#take(name, this.#findingNow(name, finding), checkedAt)];
      }),
    );
    this.#lastCheck = checkedAt;
  }

  async #probe({ name, isStarting = false }: ExpectedService): Promise<Finding> {
    const asked = this.#lookup.lookup(name);
    if (isStarting) return { asked, outcome: { status: 'failed', reason: 'starting' } };
    return { asked, outcome: await probe(asked, this.#deadlineMs, this.#clock) };
  }

  /** What was found, or that another has taken the name meanwhile, of whom nothing is known yet. */
  #findingNow(name: string, finding: Finding): Finding {
    const { asked, outcome } = finding;
    const holder = this.#lookup.lookup(name);
    if (outcome.status === 'healthy' || holder === asked || holder === undefined) return finding;
    const reason = asked === undefined ? 'starting' : 'exited';
    return { asked, outcome: { status: 'failed', reason } };
  }

  #take(name: string, finding: Finding, checkedAt: string): HealthRecord {
    const before = this.#records.get(name) ?? unknownHealth(name);
    const { changed, restartDue, copiesDue, ...record } = advance(
      before,
      finding,
      checkedAt,
      this.#strikesAllowed,
    );
    if (changed) this.#announce(before.health, record.health);
    if (restartDue) void this.#askForRestart(record.health, this.#lookup.lookup(name));
    for (const copy of copiesDue) void this.#askForRestart(record.health, copy, copy.where);
    return record;
  }

  #announce(previous: ServiceHealth, current: ServiceHealth): void {
    const { name, reason, latencyMs, lastSeen, failedCopies } = current;
    if (current.status === 'failed') {
      const copies = failedCopies.length === 0 ? {} : { copies: failedCopies };
      const fields = { service: name, reason, lastSeen, ...copies };
      this.#logger.warn(fields, 'service failed its health check');
    } else if (previous.status === 'failed') {
      this.#logger.info({ service: name, latencyMs }, 'service is well again');
    } else {
      this.#logger.debug({ service: name, latencyMs }, 'service is well');
    }
    publishHealth(previous, current);
  }

  /** @param copy - where it runs, if it is one of several */
  async #askForRestart(
    { name, reason, consecutiveFailures }: ServiceHealth,
    reference: ServiceReference | undefined,
    copy?: string,
  ): Promise<void> {
    const which = copy === undefined ? {} : { copy };
    const fields = { service: name, reason, consecutiveFailures, ...which };
    this.#logger.warn(fields, 'restarting the service');
    try {
      await this.#restart?.(name, reference);
    } catch (error) {
      // The service stays failed, is reported as such, and gets another restart in due time.
      this.#logger.error({ service: name, err: error }, 'the service could not be restarted');
    }
  }
}
