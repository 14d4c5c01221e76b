/**
 * Strikes services while they are under load, as a fault plan says. A service that is still down
 * from the last time is not struck again: its fault waits until it is back.
 */

import type { Clock, ClockTimer } from '../../core/clock.ts';
import type { Fault } from './chaos.ts';
import type { ChaosLoad } from './chaos-load.ts';
import type { ReadyCall } from './closed-executor.ts';
import { nextFault, type PlannedFault } from './fault-plan.ts';
import type { Operation } from './scenario.ts';
import type { SupervisedTarget } from './target.ts';

/** How long a fault that cannot strike yet waits before it tries again, in ms. */
const RETRY_MS = 5;

export class FaultInjector {
  readonly #fault: Fault;
  readonly #target: SupervisedTarget;
  readonly #load: ChaosLoad;
  readonly #random: () => number;
  readonly #triggers: ReadonlyMap<string, ReadyCall>;
  readonly #clock: Clock;
  #timer: ClockTimer | undefined;
  #struck = 0;

  /** @param random - seeded: decides when and whom */
  constructor(
    fault: Fault,
    target: SupervisedTarget,
    load: ChaosLoad,
    random: () => number,
    clock: Clock,
  ) {
    this.#fault = fault;
    this.#target = target;
    this.#load = load;
    this.#random = random;
    this.#clock = clock;
    const { tool, services } = fault;
    this.#triggers = new Map(
      tool === undefined
        ? []
        : services.map((name) => [name, triggerOf(fault, tool, name, target)]),
    );
  }

  /** Faults so far. */
  get struck(): number {
    return this.#struck;
  }

  /** Whether all that there will be have been, and have been recovered from. */
  get isDone(): boolean {
    const { times = Number.POSITIVE_INFINITY } = this.#fault;
    return this.#struck >= times && this.#load.books.recovery.down === 0;
  }

  start(): void {
    const planned = nextFault(this.#fault, this.#random);
    this.#strikeAfter(planned.gapMs, planned);
  }

  stop(): void {
    this.#timer?.stop();
  }

  #strikeAfter(delayMs: number, planned: PlannedFault): void {
    this.#timer = this.#clock.createTimer(delayMs, () => this.#strike(planned));
    this.#timer.start();
  }

  #strike(planned: PlannedFault): void {
    const { service } = planned;
    if (this.#struck >= (this.#fault.times ?? Number.POSITIVE_INFINITY)) return;
    const { recovery } = this.#load.books;
    const nowMs = this.#clock.nowMs();
    if (recovery.isDown(service) || !this.#befall(service)) {
      this.#strikeAfter(RETRY_MS, planned);
      return;
    }
    recovery.strike(service, nowMs);
    this.#struck++;
    this.start();
  }

  /** `false` when the service is not there to be struck. */
  #befall(service: string): boolean {
    const trigger = this.#triggers.get(service);
    if (trigger === undefined) return this.#target.kill(service);
    this.#load.sendOnce(trigger);
    return true;
  }
}

/** The call that brings a fault about; it is offered and accounted for like any other. */
function triggerOf(
  { kind, arguments: input = {} }: Fault,
  tool: string,
  service: string,
  target: SupervisedTarget,
): ReadyCall {
  const operation: Operation = {
    name: `${kind} of ${service}`,
    service,
    tool,
    input: () => input,
    check: () => `the ${kind} did not happen: its tool replied`,
  };
  const params = { name: tool, arguments: input };
  return { operation, input, params, invoke: target.prepare(operation) };
}
