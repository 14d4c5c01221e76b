/**
 * Copies of a service behind one name. A call goes to the copy that should answer first: the one
 * with the fewest calls, each weighed by the time that a call has taken there lately. One that has
 * not been measured counts as the fastest, and one that has not started as absent while another has.
 *
 * A copy that ends is replaced, so that the crash of one costs its own calls alone. When that
 * happens too often the set ends, and its supervisor decides: the limits are a supervisor's own.
 */

import type { Clock } from '../../core/clock.ts';
import type { CallOptions } from '../dispatch/call-context.ts';
import { isNotTaken, serviceExit } from '../dispatch/call-errors.ts';
import type { Placement } from '../dispatch/placement.ts';
import { createCounters, type ServiceCounters } from '../dispatch/service-counters.ts';
import type { StartableService } from '../dispatch/service-host.ts';
import { ServiceLifecycle } from '../dispatch/service-lifecycle.ts';
import type { ServiceStats, ServiceStatus } from '../dispatch/service-reference.ts';

/** What a copy must tell to be chosen. */
export interface Replica extends StartableService {
  /** Calls that have not been answered. */
  readonly unanswered: number;
  /** Mean time of a call lately, in ms; 0 until it is known. */
  readonly msPerCall: number;
}

/**
 * No copy is taken for slower than this many times the fastest: one that was slow once would get no
 * calls any more, and so never be measured again.
 */
const MAX_SLOWNESS = 4;
/** A set that replaces more copies than this within the window ends. */
const MAX_REPLACEMENTS = 3;
const WINDOW_MS = 5_000;

export class ReplicaSet implements StartableService {
  readonly name: string;
  readonly placement: Placement;
  readonly #count: number;
  readonly #create: () => Replica;
  readonly #nowMs: () => number;
  readonly #alive = new Set<Replica>();
  /** Those that take calls: the ones that run, or all that start when none does. */
  #choices: readonly Replica[] = [];
  #replacedAtMs: number[] = [];
  /** Counters of copies that have ended. */
  readonly #past = createCounters();
  readonly #lifecycle: ServiceLifecycle;
  #exitReason: unknown = undefined;

  /** @param create - makes a copy; called `count` times now, and again for each that ends */
  constructor(name: string, count: number, create: () => Replica, clock: Clock) {
    this.name = name;
    this.#create = create;
    this.#nowMs = () => clock.nowMs();
    this.#lifecycle = new ServiceLifecycle(clock);
    this.#count = count;
    try {
      for (let copy = 0; copy < count; copy++) this.#add();
    } catch (thrown) {
      this.kill(thrown); // those that were made have places already
      throw thrown;
    }
    this.placement = (this.#choices[0] as Replica).placement;
  }

  get where(): string {
    return this.#choices.map((replica) => replica.where).join(', ');
  }

  get copies(): readonly Replica[] {
    return this.#choices;
  }

  get exited(): Promise<unknown> {
    return this.#lifecycle.exited;
  }

  get status(): ServiceStatus {
    return this.#lifecycle.status;
  }

  /** Starts all copies; when one fails, the others end. */
  async start(): Promise<void> {
    try {
      await Promise.all([...this.#alive].map((replica) => this.#startReplica(replica)));
    } catch (thrown) {
      this.kill(thrown);
      throw thrown;
    }
    if (this.#lifecycle.status !== 'starting') return; // it was stopped meanwhile
    this.#lifecycle.status = 'running';
    // A copy may have ended while others were still starting.
    for (let missing = this.#count - this.#alive.size; missing > 0; missing--) {
      this.#replace('a copy ended while others started');
    }
  }

  call(method: string, params?: unknown, options?: CallOptions): Promise<unknown> {
    const replica = this.#choose();
    return replica === undefined ? this.#gone() : replica.call(method, params, options);
  }

  /** Each copy takes an equal part of the batch; what one that ends has not been sent the others take. */
  async callMany(
    method: string,
    paramsList: readonly unknown[],
    options?: CallOptions,
  ): Promise<unknown[]> {
    const replies = await this.#share(method, paramsList, options);
    for (;;) {
      const left = [...replies.keys()].filter((index) => isNotTaken(replies[index]));
      if (left.length === 0 || this.#choices.length === 0) return replies;
      this.#past.errorCount -= left.length; // counted as refused, and not yet refused by all
      const leftParams = left.map((index) => paramsList[index]);
      const more = await this.#share(method, leftParams, options);
      for (const [at, index] of left.entries()) replies[index] = more[at];
    }
  }

  async #share(
    method: string,
    paramsList: readonly unknown[],
    options?: CallOptions,
  ): Promise<unknown[]> {
    const replicas = this.#choices;
    if (replicas.length === 0) return this.#gone();
    const share = Math.ceil(paramsList.length / replicas.length);
    const parts = replicas.map((replica, index) =>
      replica.callMany(method, paramsList.slice(index * share, (index + 1) * share), options),
    );
    return (await Promise.all(parts)).flat();
  }

  notify(method: string, params?: unknown): void {
    const replica = this.#choose();
    if (replica === undefined) this.#past.droppedNotificationCount++;
    else replica.notify(method, params);
  }

  async stop(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    this.#leave('normal');
    await Promise.all([...this.#alive].map((replica) => replica.stop(options)));
    await this.exited;
  }

  kill(reason: unknown = 'killed'): void {
    if (this.#lifecycle.status === 'ended' || this.#exitReason !== undefined) return;
    this.#exitReason = reason;
    this.#leave(reason);
    for (const replica of this.#alive) replica.kill(reason);
  }

  onLeave(listener: (reason: unknown) => void): void {
    this.#lifecycle.onLeave(listener);
  }

  /** Sums over all copies, those that have ended included. */
  stats(): ServiceStats {
    const sum = { ...this.#past };
    let mailboxLength = 0;
    let inFlight = 0;
    for (const replica of this.#alive) {
      const stats = replica.stats();
      addCounters(sum, stats);
      mailboxLength += stats.mailboxLength;
      inFlight += stats.inFlight;
    }
    return {
      startedAt: this.#lifecycle.startedAt,
      ...sum,
      uptimeSeconds: this.#lifecycle.uptimeSeconds,
      mailboxLength,
      inFlight,
    };
  }

  #add(): Replica {
    const replica = this.#create();
    this.#alive.add(replica);
    this.#updateChoices();
    replica.onLeave(() => this.#updateChoices());
    void replica.exited.then((reason) => this.#onExit(replica, reason));
    return replica;
  }

  async #startReplica(replica: Replica): Promise<void> {
    await replica.start();
    this.#updateChoices();
  }

  #updateChoices(): void {
    const alive = [...this.#alive];
    const running = alive.filter(({ status }) => status === 'running');
    this.#choices =
      running.length > 0 ? running : alive.filter((each) => each.status === 'starting');
  }

  #onExit(replica: Replica, reason: unknown): void {
    this.#alive.delete(replica);
    addCounters(this.#past, replica.stats());
    if (this.#lifecycle.status === 'running') this.#replace(reason);
    this.#endIfLast();
  }

  /** @param reason - with which the set ends, when too many have been replaced */
  #replace(reason: unknown): void {
    if (!this.#mayReplace()) {
      this.kill(reason);
      return;
    }
    let replica: Replica;
    try {
      replica = this.#add();
    } catch (thrown) {
      this.kill(thrown); // no thread or process is to be had
      return;
    }
    // When it does not start it ends, and `#onExit` hears of it.
    this.#startReplica(replica).catch(() => {});
  }

  #endIfLast(): void {
    if (this.#alive.size > 0 || this.#lifecycle.status !== 'stopping') return;
    this.#lifecycle.status = 'ended';
    this.#lifecycle.exit(this.#exitReason ?? 'normal');
  }

  #mayReplace(): boolean {
    const nowMs = this.#nowMs();
    this.#replacedAtMs = this.#replacedAtMs.filter((thenMs) => nowMs - thenMs <= WINDOW_MS);
    this.#replacedAtMs.push(nowMs);
    return this.#replacedAtMs.length <= MAX_REPLACEMENTS;
  }

  #leave(reason: unknown): void {
    if (!this.#lifecycle.takesRequests) return;
    this.#lifecycle.leave('stopping', reason);
    this.#endIfLast();
  }

  #choose(): Replica | undefined {
    const replicas = this.#choices;
    let best = replicas[0];
    let fastestMs = 0;
    for (const { msPerCall } of replicas) {
      if (msPerCall > 0 && (fastestMs === 0 || msPerCall < fastestMs)) fastestMs = msPerCall;
    }
    let leastMs = Number.POSITIVE_INFINITY;
    for (const replica of replicas) {
      const msPerCall = Math.min(replica.msPerCall || fastestMs, MAX_SLOWNESS * fastestMs);
      // The call itself takes its time too: an idle slow copy is not better than a busy fast one.
      const expectedMs = (replica.unanswered + 1) * msPerCall;
      const isFirst =
        expectedMs < leastMs ||
        (expectedMs === leastMs && replica.unanswered < (best as Replica).unanswered);
      if (isFirst) {
        leastMs = expectedMs;
        best = replica;
      }
    }
    return best;
  }

  #gone(): Promise<never> {
    return Promise.reject(serviceExit(this.name, 'all of its copies have ended'));
  }
}

function addCounters(sum: ServiceCounters, more: Readonly<ServiceCounters>): void {
  for (const key of Object.keys(createCounters()) as (keyof ServiceCounters)[]) {
    sum[key] += more[key];
  }
}
