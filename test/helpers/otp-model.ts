/**
 * Erlang's `supervisor`, as naively as it can be written: after supervisor.erl of OTP 25, with lists
 * and without any of the structures of ours. It says what it starts and stops in `log`.
 */

import type { Restart } from '../../src/runtime/index.ts';

export type ModelReason = 'normal' | 'shutdown' | 'boom' | 'killed' | { readonly shutdown: string };
export type ModelOutcome = 'ok' | 'ignore' | 'error';

export interface ModelSpec {
  readonly id: string;
  readonly restart: Restart;
  readonly significant: boolean;
}

export interface ModelOptions {
  readonly strategy: 'one_for_one' | 'one_for_all' | 'rest_for_one';
  readonly autoShutdown: 'never' | 'any_significant' | 'all_significant';
  readonly maxRestarts: number;
  readonly windowMs: number;
}

interface ModelChild extends ModelSpec {
  pid: 'alive' | 'undefined' | 'restarting';
}

export class OtpModel {
  readonly log: string[] = [];
  children: ModelChild[] = [];
  /** Try-again messages that the supervisor has sent to itself. */
  casts: string[] = [];
  hasEnded = false;
  #restartTimes: number[] = [];
  readonly #options: ModelOptions;
  readonly #nextOutcome: () => ModelOutcome;

  constructor(options: ModelOptions, nextOutcome: () => ModelOutcome) {
    this.#options = options;
    this.#nextOutcome = nextOutcome;
  }

  init(specs: readonly ModelSpec[]): void {
    const failed = this.#startChildren(specs.map((spec) => ({ ...spec, pid: 'undefined' })));
    if (failed !== undefined) this.#endWith();
  }

  exit(id: string, reason: ModelReason, nowMs: number): void {
    const child = this.#find(id);
    if (child === undefined || child.pid !== 'alive') return;
    const isOrderly = reason === 'normal' || reason === 'shutdown' || typeof reason === 'object';
    if (child.restart === 'permanent' || (child.restart === 'transient' && !isOrderly)) {
      this.#restart(child, nowMs);
      return;
    }
    this.#delete(child);
    if (!child.significant || this.#options.autoShutdown === 'never') return;
    const othersLive = this.children.some(
      (other) => other.significant && other.pid !== 'undefined',
    );
    if (this.#options.autoShutdown === 'any_significant' || !othersLive) this.#endWith();
  }

  tryAgain(nowMs: number): void {
    const id = this.casts.shift();
    const child = id === undefined ? undefined : this.#find(id);
    if (child?.pid === 'restarting') this.#restart(child, nowMs);
  }

  startChild(spec: ModelSpec): string {
    const present = this.#find(spec.id);
    if (present !== undefined)
      return present.pid === 'alive' ? 'already_started' : 'already_present';
    const outcome = this.#start(spec.id);
    if (outcome === 'error') return 'error';
    if (outcome === 'ignore' && spec.restart === 'temporary') return 'ok';
    this.children.push({ ...spec, pid: outcome === 'ok' ? 'alive' : 'undefined' });
    return 'ok';
  }

  terminateChild(id: string): string {
    const child = this.#find(id);
    if (child === undefined) return 'not_found';
    this.#terminate(child);
    this.#delete(child);
    return 'ok';
  }

  restartChild(id: string): string {
    const child = this.#find(id);
    if (child === undefined) return 'not_found';
    if (child.pid !== 'undefined') return child.pid === 'alive' ? 'running' : 'restarting';
    const outcome = this.#start(id);
    if (outcome === 'ok') child.pid = 'alive';
    return outcome === 'error' ? 'error' : 'ok';
  }

  deleteChild(id: string): string {
    const child = this.#find(id);
    if (child === undefined) return 'not_found';
    if (child.pid !== 'undefined') return child.pid === 'alive' ? 'running' : 'restarting';
    this.children = this.children.filter((other) => other !== child);
    return 'ok';
  }

  which(): string[] {
    return this.children.map(({ id, pid }) => `${id} ${pid}`).toReversed();
  }

  #find(id: string): ModelChild | undefined {
    return this.children.find((child) => child.id === id);
  }

  #delete(child: ModelChild): void {
    child.pid = 'undefined';
    if (child.restart === 'temporary') {
      this.children = this.children.filter((other) => other !== child);
    }
  }

  #restart(child: ModelChild, nowMs: number): void {
    const { strategy, maxRestarts, windowMs } = this.#options;
    this.#restartTimes = [nowMs, ...this.#restartTimes.filter((then) => then >= nowMs - windowMs)];
    if (this.#restartTimes.length > maxRestarts) {
      this.#delete(child);
      this.#endWith();
      return;
    }
    if (strategy === 'one_for_one') {
      const outcome = this.#start(child.id);
      child.pid = outcome === 'ok' ? 'alive' : outcome === 'error' ? 'restarting' : 'undefined';
      if (outcome === 'error') this.casts.push(child.id);
      return;
    }
    child.pid = 'undefined';
    const from = strategy === 'one_for_all' ? 0 : this.children.indexOf(child);
    const before = this.children.slice(0, from);
    const group = this.#terminateChildren(this.children.slice(from));
    this.children = [];
    const failed = this.#startChildren(group);
    this.children = [...before, ...this.children];
    if (failed === undefined) return;
    failed.pid = 'restarting';
    this.casts.push(failed.id);
  }

  /** Puts them into `children`; stops at the first that fails, which it returns. */
  #startChildren(group: readonly ModelChild[]): ModelChild | undefined {
    this.children = [...group];
    for (const child of group) {
      const outcome = this.#start(child.id);
      if (outcome === 'error') return child;
      if (outcome === 'ok') child.pid = 'alive';
      else if (child.restart === 'temporary') this.#delete(child);
    }
    return undefined;
  }

  #terminateChildren(group: readonly ModelChild[]): ModelChild[] {
    for (const child of group.toReversed()) this.#terminate(child);
    return group
      .filter(({ restart }) => restart !== 'temporary')
      .map((child) => Object.assign(child, { pid: 'undefined' as const }));
  }

  #terminate(child: ModelChild): void {
    if (child.pid === 'alive') this.log.push(`stop ${child.id}`);
  }

  #start(id: string): ModelOutcome {
    const outcome = this.#nextOutcome();
    this.log.push(`start ${id}: ${outcome}`);
    return outcome;
  }

  #endWith(): void {
    this.#terminateChildren(this.children);
    this.hasEnded = true;
  }
}
