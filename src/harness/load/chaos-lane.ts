/** One variant's way through a chaos run: its phases, its windows, and what came of them. */

import type { Clock } from '../../core/clock.ts';
import { ToolrigError } from '../../core/errors.ts';
import { LatencyTally } from '../stats/latency-tally.ts';
import { isSteady } from '../stats/steady-state.ts';
import { CallLedger } from './call-ledger.ts';
import type { CallPlan } from './call-plan.ts';
import type { Chaos } from './chaos.ts';
import { ChaosLoad, type SparedLatency } from './chaos-load.ts';
import type { ChaosOutcome } from './chaos-outcome.ts';
import { ChaosTotals, LoadWindow } from './chaos-totals.ts';
import { ChaosWindows, histogramOf } from './chaos-windows.ts';
import { readyCalls } from './closed-executor.ts';
import { FaultInjector } from './fault-injector.ts';
import { HostMemory } from './host-memory.ts';
import type { Contestant, MeasureProgress, VariantMeasurement } from './measurement.ts';
import { RecoveryLog } from './recovery-log.ts';
import type { ResolvedLoad } from './resolve-load.ts';
import type { SupervisedTarget, Target } from './target.ts';

const WARM_WINDOW_MS = 50;
/** What the last fault's victim is allowed, to come back under load. */
const LAST_RECOVERY_MS = 5_000;
/** How often it is looked whether a phase is over. */
const LOOK_EVERY_MS = 20;

export interface ChaosLaneOptions {
  readonly load: ResolvedLoad;
  readonly chaos: Chaos;
  readonly clock: Clock;
  readonly collectGarbage: () => void;
  /** Waits for so many ms, or until the run is to end early. */
  readonly pause: (ms: number) => Promise<void>;
  /** Seeded: decides the faults. */
  readonly random: () => number;
  readonly giveUpMs: number;
  /** Whether the run is to end early. */
  readonly isOver: () => boolean;
  readonly onProgress: (progress: MeasureProgress) => void;
}

export class ChaosLane {
  readonly variant: string;
  readonly #target: Target;
  readonly #options: ChaosLaneOptions;
  readonly #chaosLoad: ChaosLoad;
  readonly #injector: FaultInjector | undefined;
  readonly #windows: ChaosWindows;
  readonly #memory: HostMemory;
  readonly #spared: { readonly quiet: LatencyTally; readonly disturbed: LatencyTally } | undefined;
  readonly #services: readonly string[];
  #crashes = 0;
  #warmupMs = 0;
  #isSteady = false;

  constructor({ variant, target }: Contestant, plan: CallPlan, options: ChaosLaneOptions) {
    const { load, chaos, giveUpMs, clock, collectGarbage } = options;
    const { fault, expected = [], quietMs = 0 } = chaos;
    this.variant = variant;
    this.#target = target;
    this.#options = options;
    this.#services = [...new Set(plan.map(({ operation }) => operation.service))];
    const victims = fault?.services ?? [];
    this.#chaosLoad = new ChaosLoad(
      readyCalls(plan, (operation) => target.prepare(operation)),
      {
        ledger: new CallLedger(),
        totals: new ChaosTotals(expected),
        recovery: new RecoveryLog(),
      },
      { concurrency: load.concurrency, giveUpMs, victims, clock },
    );
    this.#injector =
      fault === undefined
        ? undefined
        : new FaultInjector(
            fault,
            supervised(target, variant),
            this.#chaosLoad,
            options.random,
            clock,
          );
    const isSparing = quietMs > 0 && this.#services.some((name) => !victims.includes(name));
    this.#spared = isSparing
      ? { quiet: new LatencyTally(), disturbed: new LatencyTally() }
      : undefined;
    this.#memory = new HostMemory(collectGarbage);
    // While services are being broken nothing is stopped to look closely.
    const beforeLook = fault === undefined ? collectGarbage : () => {};
    this.#windows = new ChaosWindows(this.#chaosLoad, target, load, beforeLook, clock);
  }

  /** One round: all phases, the warm-up in the first alone. */
  async run(round: number): Promise<void> {
    const { chaos, pause } = this.#options;
    const { quietMs = 0, restMs = 0 } = chaos;
    const load = this.#chaosLoad;
    const stopListening = isSupervised(this.#target)
      ? this.#target.onExit(() => {
          this.#crashes++;
        })
      : () => {};
    try {
      load.start();
      if (round === 0) await this.#warmUp();
      load.window = undefined;
      if (quietMs > 0) {
        load.spared = this.#sparedIn('quiet');
        await pause(quietMs);
      }
      this.#memory.start();
      await this.#underFaults(round);
      load.window = undefined;
      load.spared = undefined;
      if (restMs > 0) await this.#rest(restMs);
    } finally {
      await load.stop();
      this.#memory.stop();
      stopListening();
    }
  }

  /**
   * Makes sure that there is something to report.
   *
   * @throws `ERR_INVALID_MEASUREMENT` when not one call under load was answered
   */
  requireAnswers(): void {
    if (this.#windows.count > 0) return;
    const { firstFailure, errors } = this.#chaosLoad.books.totals;
    const why = firstFailure ?? ([...errors.keys()].join(', ') || 'none came back');
    throw new ToolrigError(
      'ERR_INVALID_MEASUREMENT',
      `on variant '${this.variant}' not one call was answered under load: ${why}`,
    );
  }

  result(): VariantMeasurement {
    return {
      variant: this.variant,
      warmupMs: this.#warmupMs,
      isSteady: this.#isSteady,
      blocks: this.#windows.blocks(),
      chaos: this.#outcome(),
    };
  }

  #outcome(): ChaosOutcome {
    const { ledger, totals, recovery } = this.#chaosLoad.books;
    return {
      offered: ledger.offered,
      succeeded: totals.succeeded,
      checksFailed: totals.checksFailed,
      errors: totals.errors,
      failedAsExpected: totals.failedAsExpected,
      firstFailure: totals.firstFailure,
      lost: ledger.lost,
      answeredTwice: ledger.answeredTwice,
      faults: this.#injector?.struck ?? 0,
      crashes: this.#crashes,
      unrecovered: recovery.down,
      recovery: histogramOf(recovery.times),
      sparedP99Ns:
        this.#spared === undefined
          ? undefined
          : { quiet: p99Of(this.#spared.quiet), disturbed: p99Of(this.#spared.disturbed) },
      hostRssBytes: this.#memory.bytes,
      samples: this.#windows.points,
    };
  }

  /** Windows of the load alone until the time per call is steady, or has had its time. */
  async #warmUp(): Promise<void> {
    const { load, pause, isOver, clock } = this.#options;
    const nsPerCall: number[] = [];
    const window = new LoadWindow();
    this.#chaosLoad.window = window;
    while (!this.#isSteady && this.#warmupMs < load.warmupMs && !isOver()) {
      const [startMs, succeeded] = [clock.nowMs(), window.succeeded];
      await pause(Math.min(WARM_WINDOW_MS, load.warmupMs));
      const lengthMs = clock.nowMs() - startMs;
      this.#warmupMs += lengthMs;
      nsPerCall.push((lengthMs * 1e6) / Math.max(1, window.succeeded - succeeded));
      this.#isSteady = isSteady(nsPerCall);
      this.#report('warm-up', 0, window, lengthMs);
    }
  }

  /** The load with its faults, window by window, and until the last victim is back. */
  async #underFaults(round: number): Promise<void> {
    const { isOver, pause, load, clock } = this.#options;
    const { recovery } = this.#chaosLoad.books;
    this.#chaosLoad.spared = this.#sparedIn('disturbed');
    const endMs = clock.nowMs() + load.durationMs / load.rounds;
    const isDone = () => isOver() || clock.nowMs() >= endMs || (this.#injector?.isDone ?? false);
    this.#injector?.start();
    try {
      while (!isDone()) {
        const lengthMs = await this.#windows.measure(round, pause, isDone);
        this.#report('measure', this.#windows.count, this.#windows.latest, lengthMs);
      }
    } finally {
      this.#injector?.stop();
    }
    const lastMs = clock.nowMs() + LAST_RECOVERY_MS;
    while (recovery.down > 0 && clock.nowMs() < lastMs && !isOver()) await pause(LOOK_EVERY_MS);
  }

  #sparedIn(phase: 'quiet' | 'disturbed'): SparedLatency | undefined {
    const tally = this.#spared?.[phase];
    return tally === undefined ? undefined : { tally, onlyWhileDown: phase === 'disturbed' };
  }

  /** Next to no load. Without faults it is the load's end that is recovered from. */
  async #rest(restMs: number): Promise<void> {
    const load = this.#chaosLoad;
    load.rest();
    if (this.#injector === undefined) {
      const nowMs = this.#options.clock.nowMs();
      for (const service of this.#services) load.books.recovery.strike(service, nowMs);
    }
    await this.#options.pause(restMs);
  }

  #report(
    phase: MeasureProgress['phase'],
    round: number,
    window: LoadWindow,
    lengthMs: number,
  ): void {
    const { succeeded, checksFailed, rejected } = window;
    this.#options.onProgress({
      variant: this.variant,
      phase,
      round,
      callsPerSecond: (succeeded * 1e3) / lengthMs,
      failed: checksFailed + rejected,
    });
  }
}

function isSupervised(target: Target): target is SupervisedTarget {
  return 'kill' in target && 'onExit' in target;
}

function supervised(target: Target, variant: string): SupervisedTarget {
  if (isSupervised(target)) return target;
  throw new ToolrigError('ERR_USAGE', `variant '${variant}' has nobody who restarts services`);
}

function p99Of(tally: LatencyTally): number {
  const histogram = histogramOf(tally);
  try {
    return histogram.valueAtPercentile(99);
  } finally {
    histogram.destroy();
  }
}
