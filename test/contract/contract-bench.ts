/**
 * What the parts of the call contract share: the contract service under four names on the variant
 * at hand, the same four on the native variant to compare with, and short ways to call them.
 *
 *   many     64 requests at a time            serial   one at a time
 *   narrow   one at a time, one may wait      doomed   for the test that crashes it
 */

import assert from 'node:assert/strict';
import type { Target, TargetCallOptions, Variant } from '../../src/harness/load/target.ts';
import { nativeVariant } from '../../src/harness/variants/native.ts';
import type { ContractCounts } from '../helpers/contract-service.ts';

/** Requests that `many` handles at a time, and calls that a test makes together. */
export const TOGETHER = 64;

const SERVICES = {
  many: { concurrency: TOGETHER },
  serial: { concurrency: 1 },
  narrow: { concurrency: 1, maxMailbox: 1 },
  doomed: { concurrency: 2 },
} as const;
export type ServiceName = keyof typeof SERVICES;

/** Whether calls in flight together may be handled in another order than they were made in. */
export type Overtaking = 'never' | 'possible';

/** Calls that give another one, on a socket of its own, the time to arrive: more on a slow machine. */
const GRACE_CALLS = 10;
/** A deadline that is to pass. */
export const SHORT_MS = 60;

/** Allowed to calls that a test ends itself, and to those it expects to be quick. */
const PATIENT_MS = 20_000;

/** A call of a tool that has begun to run. */
export interface RunningCall {
  readonly reply: Promise<unknown>;
  /** Makes the caller give up; `reply` rejects with `ERR_CANCELLED`. */
  cancel(reason?: unknown): void;
}

export class ContractBench {
  readonly #variant: Variant;
  readonly #overtaking: Overtaking;
  #target: Target | undefined;
  #native: Target | undefined;

  constructor(variant: Variant, overtaking: Overtaking) {
    this.#variant = variant;
    this.#overtaking = overtaking;
  }

  /** The variant under test. */
  get target(): Target {
    return required(this.#target);
  }

  /** What it is compared with. */
  get native(): Target {
    return required(this.#native);
  }

  async open(): Promise<void> {
    const module = new URL('../helpers/contract-service.js', import.meta.url).href;
    const sources = Object.fromEntries(
      Object.entries(SERVICES).map(([name, options]) => [
        name,
        { module, export: 'contractService', options },
      ]),
    );
    this.#native = await nativeVariant.open(sources);
    this.#target = await this.#variant.open(sources);
  }

  async close(): Promise<void> {
    await this.#target?.close();
    await this.#native?.close();
  }

  /** Calls a tool and resolves with its whole result. */
  tool(service: ServiceName, name: string, args: object = {}, options: TargetCallOptions = {}) {
    return this.target.call(service, 'tools/call', toolParams(name, args), {
      timeoutMs: PATIENT_MS,
      ...options,
    });
  }

  /** Calls a tool and resolves with the structure of its result. */
  async structure(service: ServiceName, name: string, args: object = {}): Promise<unknown> {
    return structureOf(await this.tool(service, name, args));
  }

  /** What the service has counted. A service that handles one request at a time answers in turn. */
  async counts(service: ServiceName): Promise<ContractCounts> {
    return (await this.target.call(service, 'counts', {}, { timeoutMs: PATIENT_MS })) as never;
  }

  /** Calls `slow`, and resolves once its handler runs: it goes on until it is cancelled. */
  async occupy(service: ServiceName): Promise<RunningCall> {
    const controller = new AbortController();
    let reply: Promise<unknown> | undefined;
    await new Promise<void>((resolve, reject) => {
      reply = this.tool(
        service,
        'slow',
        { ms: 60_000 },
        { signal: controller.signal, onProgress: () => resolve() },
      );
      reply.catch(reject); // before it has begun: the test shall not wait for ever
    });
    return { reply: required(reply), cancel: (reason) => controller.abort(reason) };
  }

  /**
   * Calls a tool of `serial` that says by progress that it runs, with a deadline that passes while
   * it does. Resolves with how often it was called: again when a slow machine had not begun in time.
   */
  async outlast(name: 'slow' | 'stubborn', args: object = {}): Promise<number> {
    for (let count = 1; ; count++) {
      let hasBegun = false;
      const late = this.tool('serial', name, args, {
        timeoutMs: SHORT_MS * 2 ** (count - 1),
        onProgress() {
          hasBegun = true;
        },
      });
      await assert.rejects(late, { code: 'ERR_TIMEOUT' });
      if (hasBegun) return count;
    }
  }

  /**
   * Lets arrive what was sent before, a cancellation among it: it may be under way on another
   * socket, and nothing says when it is there.
   */
  async letArrive(): Promise<void> {
    const count = this.#overtaking === 'never' ? 1 : GRACE_CALLS;
    for (let call = 0; call < count; call++) await this.structure('many', 'echo');
  }

  /** Ends a call of {@link occupy}, for whose end the test does not care. */
  async release(running: RunningCall): Promise<void> {
    await this.letArrive();
    running.cancel();
    await assert.rejects(running.reply, { code: 'ERR_CANCELLED' });
  }
}

export function toolParams(name: string, args?: unknown): object {
  return args === undefined ? { name } : { name, arguments: args };
}

export function structureOf(result: unknown): unknown {
  return (result as { structuredContent?: unknown }).structuredContent;
}

/** The symbolic code that a call came to; `ok` when it was answered. */
export async function codeOf(reply: Promise<unknown>): Promise<string> {
  return reply.then(
    () => 'ok',
    (error: { code?: string }) => error.code ?? 'no code',
  );
}

function required<T>(value: T | undefined): T {
  assert.ok(value !== undefined, 'the contract bench is not open');
  return value;
}
