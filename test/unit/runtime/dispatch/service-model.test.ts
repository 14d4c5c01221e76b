import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { ToolError, ToolrigError } from '../../../../src/core/errors.ts';
import type { CallContext } from '../../../../src/runtime/dispatch/call-context.ts';
import type { ToolResult } from '../../../../src/runtime/dispatch/protocol.ts';
import type { ServiceStats } from '../../../../src/runtime/dispatch/service-reference.ts';
import { type Deferred, defer, settle } from '../../../helpers/event-loop.ts';
import { startService } from '../../../helpers/start-service.ts';

/** Short deadlines have passed after one advance of the clock; long ones never pass. */
const SHORT_MS = 100;
const LONG_MS = 1e9;
const ADVANCE_MS = 1_000;

type Kind =
  /** Answers on the spot. */
  | 'sync'
  /** Answers when the test says so, and does not look at its signal. */
  | 'stubborn'
  /** The same, and stops when its signal aborts. */
  | 'obedient';

type Ending = 'reply' | 'tool error' | 'toolrig error';

interface Request {
  readonly id: number;
  readonly kind: Kind;
}

type Step =
  | {
      readonly do: 'call';
      readonly kind: Kind;
      readonly isShort: boolean;
      readonly signal: boolean;
    }
  | { readonly do: 'finish'; readonly pick: number; readonly ending: Ending }
  | { readonly do: 'cancel'; readonly pick: number }
  | { readonly do: 'advance' }
  | { readonly do: 'crash'; readonly pick: number };

/**
 * What a service should do, with nothing clever: arrays, and a loop after every step. It knows
 * neither pools nor wheels nor lists.
 */
class Model {
  readonly outcomes = new Map<number, string>();
  readonly startOrder: number[] = [];
  waiting: (Request & { isShort: boolean })[] = [];
  running: (Request & { isShort: boolean })[] = [];
  hasEnded = false;
  readonly counts = { requests: 0, errors: 0, timeouts: 0, cancels: 0, overloads: 0, late: 0 };
  readonly #concurrency: number;
  readonly #maxMailbox: number;

  constructor(concurrency: number, maxMailbox: number) {
    this.#concurrency = concurrency;
    this.#maxMailbox = maxMailbox;
  }

  call(request: Request & { isShort: boolean }): void {
    if (this.hasEnded) this.#fail(request.id, 'ERR_SERVICE_EXIT');
    else if (this.running.length < this.#concurrency) this.#start(request);
    else if (this.waiting.length < this.#maxMailbox) this.waiting.push(request);
    else {
      this.counts.overloads++;
      this.#fail(request.id, 'ERR_OVERLOADED');
    }
  }

  finish(id: number, ending: Ending): void {
    const index = this.running.findIndex((request) => request.id === id);
    this.running.splice(index, 1);
    if (this.outcomes.has(id)) this.counts.late++;
    else if (ending === 'toolrig error') this.#fail(id, 'ERR_FORBIDDEN');
    else this.#answer(id, ending === 'reply' ? `reply ${id}` : `tool error ${id}`);
    this.#refill();
  }

  giveUp(id: number, code: 'ERR_TIMEOUT' | 'ERR_CANCELLED'): void {
    if (this.outcomes.has(id)) return;
    if (code === 'ERR_TIMEOUT') this.counts.timeouts++;
    else this.counts.cancels++;
    this.#fail(id, code);
    this.waiting = this.waiting.filter((request) => request.id !== id);
  }

  /** Abandoned handlers that watch their signal have stopped. */
  letObedientStop(): void {
    const stops = (request: Request) =>
      request.kind === 'obedient' && this.outcomes.has(request.id);
    while (this.running.some(stops)) {
      this.running.splice(this.running.findIndex(stops), 1);
      this.counts.late++;
      this.#refill();
    }
  }

  crash(id: number): void {
    this.running = this.running.filter((request) => request.id !== id);
    if (this.outcomes.has(id)) this.counts.late++;
    else this.#fail(id, 'ERR_SERVICE_EXIT');
    this.hasEnded = true;
    const unanswered = [...this.running, ...this.waiting];
    for (const request of unanswered) {
      if (!this.outcomes.has(request.id)) this.#fail(request.id, 'ERR_SERVICE_EXIT');
    }
    this.waiting = [];
  }

  #start(request: Request & { isShort: boolean }): void {
    this.startOrder.push(request.id);
    if (request.kind === 'sync') this.#answer(request.id, `reply ${request.id}`);
    else this.running.push(request);
  }

  #refill(): void {
    while (!this.hasEnded && this.running.length < this.#concurrency) {
      const next = this.waiting.shift();
      if (next === undefined) return;
      this.#start(next);
    }
  }

  #answer(id: number, outcome: string): void {
    this.counts.requests++;
    this.outcomes.set(id, outcome);
  }

  #fail(id: number, code: string): void {
    this.counts.errors++;
    this.outcomes.set(id, code);
  }
}

/** The real service, driven by the same steps. */
async function startReal(concurrency: number, maxMailbox: number) {
  const startOrder: number[] = [];
  const handlers = new Map<number, Deferred<unknown>>();
  const signals = new Map<number, AbortSignal>();
  let running = 0;
  let mostRunning = 0;
  const run = (request: Request, context: CallContext<undefined>): unknown => {
    startOrder.push(request.id);
    if (request.kind === 'sync') return `reply ${request.id}`;
    running++;
    mostRunning = Math.max(mostRunning, running);
    const deferred = defer();
    handlers.set(request.id, deferred);
    signals.set(request.id, context.signal);
    if (request.kind === 'obedient') {
      context.signal.addEventListener('abort', () => deferred.reject(context.signal.reason));
    }
    return deferred.promise.finally(() => running--);
  };
  const started = await startService({
    concurrency,
    maxMailbox,
    methods: { run },
  });
  const outcomes = new Map<number, string>();
  const note = (id: number, outcome: string) => {
    assert.equal(outcomes.has(id), false, `call ${id} was answered twice`);
    outcomes.set(id, outcome);
  };
  const call = (request: Request, timeoutMs: number, signal: AbortSignal | undefined) => {
    const options = signal === undefined ? { timeoutMs } : { timeoutMs, signal };
    started.service.call('run', request, options).then(
      (reply) => note(request.id, textOf(reply)),
      (error: ToolrigError) => note(request.id, error.code),
    );
  };
  return {
    ...started,
    startOrder,
    handlers,
    signals,
    outcomes,
    call,
    mostRunning: () => mostRunning,
  };
}

function textOf(reply: unknown): string {
  if (typeof reply === 'string') return reply;
  const [first] = (reply as ToolResult).content;
  return first?.type === 'text' ? first.text : 'no text';
}

function finish(handler: Deferred<unknown> | undefined, id: number, ending: Ending): void {
  if (ending === 'reply') handler?.resolve(`reply ${id}`);
  else if (ending === 'tool error') handler?.reject(new ToolError(`tool error ${id}`));
  else handler?.reject(new ToolrigError('ERR_FORBIDDEN', 'no'));
}

function countsOf(stats: ServiceStats): Model['counts'] {
  return {
    requests: stats.requestCount,
    errors: stats.errorCount,
    timeouts: stats.timeoutCount,
    cancels: stats.cancelCount,
    overloads: stats.overloadCount,
    late: stats.lateReplyCount,
  };
}

const KIND = fc.constantFrom<Kind>('sync', 'stubborn', 'stubborn', 'obedient');
const CALL = fc.record({
  do: fc.constant('call' as const),
  kind: KIND,
  isShort: fc.boolean(),
  signal: fc.boolean(),
});
const ENDING = fc.constantFrom<Ending>('reply', 'reply', 'tool error', 'toolrig error');
const FINISH = fc.record({ do: fc.constant('finish' as const), pick: fc.nat(), ending: ENDING });
const STEP: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: CALL, weight: 8 },
  { arbitrary: FINISH, weight: 6 },
  { arbitrary: fc.record({ do: fc.constant('cancel' as const), pick: fc.nat() }), weight: 3 },
  { arbitrary: fc.constant({ do: 'advance' } as const), weight: 2 },
);
/** Histories that end with a crash and a few calls after it, or with none. */
const HISTORY = fc.tuple(
  fc.array(STEP, { maxLength: 60 }),
  fc.option(fc.record({ do: fc.constant('crash' as const), pick: fc.nat() })),
  fc.array(STEP, { maxLength: 8 }),
);

describe('A service', () => {
  test('does what a plain model does, on every history of calls, replies and time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 0, max: 6 }),
        HISTORY,
        async (concurrency, maxMailbox, [before, crash, after]) => {
          const model = new Model(concurrency, maxMailbox);
          const real = await startReal(concurrency, maxMailbox);
          const controllers = new Map<number, AbortController>();
          const steps: Step[] = [...before, ...(crash === null ? [] : [crash]), ...after];
          let nextId = 0;
          for (const step of steps) {
            if (step.do === 'call') {
              const request = { id: nextId++, kind: step.kind, isShort: step.isShort };
              if (step.signal) controllers.set(request.id, new AbortController());
              model.call(request);
              const timeoutMs = step.isShort ? SHORT_MS : LONG_MS;
              real.call(request, timeoutMs, controllers.get(request.id)?.signal);
            } else if (step.do === 'advance') {
              for (const { id, isShort } of [...model.running, ...model.waiting]) {
                if (isShort) model.giveUp(id, 'ERR_TIMEOUT');
              }
              real.clock.advance(ADVANCE_MS);
            } else if (step.do === 'cancel') {
              const ids = [...controllers.keys()];
              const id = ids[step.pick % Math.max(1, ids.length)];
              if (id === undefined) continue;
              model.giveUp(id, 'ERR_CANCELLED');
              controllers.get(id)?.abort();
            } else {
              const chosen = model.running[step.pick % Math.max(1, model.running.length)];
              if (chosen === undefined) continue;
              if (step.do === 'crash') {
                model.crash(chosen.id);
                real.handlers.get(chosen.id)?.reject(new TypeError('defect'));
              } else {
                model.finish(chosen.id, step.ending);
                finish(real.handlers.get(chosen.id), chosen.id, step.ending);
              }
            }
            model.letObedientStop();
            await settle();
            assert.deepEqual(
              [...real.outcomes].toSorted(([a], [b]) => a - b),
              [...model.outcomes].toSorted(([a], [b]) => a - b),
            );
            assert.deepEqual(real.startOrder, model.startOrder);
            assert.deepEqual(countsOf(real.service.stats()), model.counts);
            assert.equal(real.service.stats().mailboxLength, model.waiting.length);
            assert.ok(real.mostRunning() <= concurrency);
            for (const { id } of model.running) {
              const isAbandoned = model.outcomes.has(id);
              assert.equal(real.signals.get(id)?.aborted, isAbandoned, `signal of ${id}`);
            }
          }
          const unanswered = [...model.running, ...model.waiting].filter(
            ({ id }) => !model.outcomes.has(id),
          );
          assert.equal(real.wheel.size, unanswered.length, 'no deadline is left behind');
        },
      ),
      { numRuns: 150 },
    );
  });

  test('gives every caller its own reply while calls are used again and again', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.infiniteStream(fc.nat(5)),
        fc.integer({ min: 1, max: 8 }),
        async (choices, concurrency) => {
          const handlers: { id: number; deferred: Deferred<unknown> }[] = [];
          const { service, clock } = await startService({
            concurrency,
            methods: {
              wait: (id: number) => {
                const deferred = defer();
                handlers.push({ id, deferred });
                return deferred.promise;
              },
            },
          });
          const choose = () => choices.next().value as number;
          const replies: Promise<void>[] = [];
          for (let id = 0; id < 120; id++) {
            const isShort = choose() === 0;
            const controller = new AbortController();
            const options = { timeoutMs: isShort ? SHORT_MS : LONG_MS, signal: controller.signal };
            replies.push(
              service.call('wait', id, options).then(
                (reply) => assert.equal(reply, id),
                ({ code }: ToolrigError) => assert.match(code, /ERR_(TIMEOUT|CANCELLED)/),
              ),
            );
            if (choose() === 0) controller.abort();
            if (choose() === 0) clock.advance(ADVANCE_MS);
            // Several at once and out of order, so that calls come back to the pool in a heap.
            for (let n = choose(); n > 0 && handlers.length > 0; n--) {
              const [done] = handlers.splice(choose() % handlers.length, 1);
              done?.deferred.resolve(done.id);
            }
            if (choose() < 2) await settle();
          }
          for (let turn = 0; turn < 200 && service.stats().inFlight > 0; turn++) {
            for (const { id, deferred } of handlers.splice(0)) deferred.resolve(id);
            await settle();
          }
          await Promise.all(replies);
          const { inFlight, mailboxLength } = service.stats();
          assert.deepEqual({ inFlight, mailboxLength }, { inFlight: 0, mailboxLength: 0 });
        },
      ),
      { numRuns: 60 },
    );
  });
});
