import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { RemoteService } from '../../../../src/runtime/scheduler/remote-service.ts';
import { settle } from '../../../helpers/event-loop.ts';
import { createGuestPair } from '../../../helpers/guest-pair.ts';
import { heldReplies } from '../../../helpers/puppet-service.ts';
import { pastDeadline } from '../../../helpers/start-service.ts';

const METHODS = [
  'echo',
  'hold',
  'mixed',
  'crash',
  'refuse',
  'unsendable',
  'no such method',
] as const;
type Method = (typeof METHODS)[number];

type Step =
  | {
      readonly kind: 'call' | 'batch';
      readonly method: Method;
      readonly timeoutMs: number | undefined;
      readonly isCancellable: boolean;
      readonly isRich: boolean;
      readonly isSendable: boolean;
      /** Of a batch. */
      readonly size: number;
    }
  | { readonly kind: 'toGuest' | 'toHost'; readonly count: number }
  | { readonly kind: 'advance'; readonly durationMs: number }
  | { readonly kind: 'release'; readonly isAnswered: boolean }
  | { readonly kind: 'turn' | 'cancel' | 'notify' | 'stop' | 'kill' }
  | { readonly kind: 'restart'; readonly failStart: boolean };

const requests = fc.record({
  kind: fc.constantFrom('call' as const, 'call' as const, 'batch' as const),
  method: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('echo' as const, 'hold' as const, 'mixed' as const) },
    { weight: 1, arbitrary: fc.constantFrom(...METHODS) },
  ),
  timeoutMs: fc.option(fc.constantFrom(10, 50, Number.POSITIVE_INFINITY), { nil: undefined }),
  isCancellable: fc.boolean(),
  isRich: fc.boolean(),
  isSendable: fc.integer({ min: 0, max: 9 }).map((roll) => roll > 0),
  size: fc.integer({ min: 1, max: 40 }),
});
const deliveries = fc.record({
  kind: fc.constantFrom('toGuest' as const, 'toHost' as const),
  count: fc.integer({ min: 1, max: 6 }),
});
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: requests },
  { weight: 10, arbitrary: deliveries },
  { weight: 4, arbitrary: fc.constant({ kind: 'turn' as const }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('release' as const), isAnswered: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('advance' as const),
      durationMs: fc.constantFrom(5, 30, 200),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'cancel' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'notify' as const }) },
  { weight: 1, arbitrary: fc.constantFrom({ kind: 'stop' as const }, { kind: 'kill' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('restart' as const), failStart: fc.boolean() }),
  },
);

/** What a call may end with, beyond the end of its service. */
const OWN_CODES: Record<Method, readonly string[]> = {
  echo: [],
  hold: [],
  mixed: ['ERR_FORBIDDEN', 'ERR_INVALID_PARAMS'],
  crash: [],
  refuse: ['ERR_FORBIDDEN'],
  unsendable: ['ERR_INVALID_PARAMS'],
  'no such method': ['ERR_INVALID_REQUEST'],
};

const CONCURRENCY = 2;
const MAX_MAILBOXES = [4, 25] as const;
/** Most numbers that a script can take: what is missing of these at the end has leaked. */
const MANY = 4_000;

describe('RemoteService, GuestConnection and Guest', () => {
  test('answer every call once, as it may be, and leave nothing behind', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(steps, { maxLength: 60 }),
        fc.integer({ min: 0, max: 9 }),
        fc.constantFrom(...MAX_MAILBOXES),
        async (script, breakRoll, maxMailbox) => {
          heldReplies.length = 0;
          const pair = createGuestPair();
          const options = { concurrency: CONCURRENCY, maxMailbox };
          const controllers: AbortController[] = [];
          const endings: Promise<unknown>[] = [];
          const checks: (() => void)[] = [];
          let serial = 0;
          let service: RemoteService = pair.create(options);
          service.start().catch(() => {});

          const request = (step: Extract<Step, { kind: 'call' | 'batch' }>): void => {
            const { method, timeoutMs, isCancellable, isRich, isSendable, size } = step;
            const controller = isCancellable ? new AbortController() : undefined;
            if (controller !== undefined) controllers.push(controller);
            const callOptions = {
              ...(timeoutMs === undefined ? {} : { timeoutMs }),
              ...(controller === undefined ? {} : { signal: controller.signal }),
              ...(isRich ? { meta: { serial } } : {}),
            };
            const allowed = new Set([
              ...OWN_CODES[method],
              'ERR_SERVICE_EXIT',
              'ERR_OVERLOADED',
              ...(timeoutMs === Number.POSITIVE_INFINITY ? [] : ['ERR_TIMEOUT']),
              ...(isCancellable ? ['ERR_CANCELLED'] : []),
              ...(isSendable ? [] : ['ERR_INVALID_PARAMS']),
            ]);
            const params = {
              serial: serial++,
              index: 0,
              ...(isSendable ? {} : { callback: () => 1 }),
            };
            const check = (ending: unknown, expected: object): void => {
              if (ending instanceof Error) {
                const { code } = ending as Error & { code: string };
                assert.ok(allowed.has(code), `${method} ended with ${code}: ${ending.message}`);
              } else {
                assert.ok(['echo', 'hold', 'mixed'].includes(method), `${method} was answered`);
                assert.deepEqual(ending, expected);
              }
            };
            if (step.kind === 'call') {
              const ending = service.call(method, params, callOptions).catch((error) => error);
              endings.push(ending.then((each) => checks.push(() => check(each, params))));
              return;
            }
            const list = Array.from({ length: size }, (_, index) => ({
              serial: params.serial,
              index,
            }));
            // One of the batch is enough to keep its chunk from leaving.
            if (!isSendable) list[size >> 1] = { ...params, index: size >> 1 };
            const ending = service.callMany(method, list, callOptions);
            endings.push(
              ending.then((replies) => {
                assert.equal(replies.length, list.length);
                for (const [index, each] of list.entries()) {
                  checks.push(() => check(replies[index], each));
                }
              }),
            );
          };

          for (const [at, step] of script.entries()) {
            if (breakRoll === 0 && at === script.length - 5) pair.breakDown(new Error('gone'));
            switch (step.kind) {
              case 'call':
              case 'batch':
                request(step);
                break;
              case 'toGuest':
                pair.deliverToGuest(step.count);
                break;
              case 'toHost':
                pair.deliverToHost(step.count);
                break;
              case 'turn':
                await settle();
                break;
              case 'release': {
                const held = heldReplies.shift();
                if (step.isAnswered) held?.resolve(held.params);
                else held?.reject(new Error('cut'));
                break;
              }
              case 'advance':
                pair.clock.advance(step.durationMs);
                break;
              case 'cancel':
                controllers.shift()?.abort();
                break;
              case 'notify':
                service.notify('echo', serial++);
                break;
              case 'stop':
                endings.push(service.stop());
                break;
              case 'kill':
                service.kill();
                break;
              case 'restart':
                if (service.status === 'ended' && !pair.connection.isClosed) {
                  service = pair.create({ ...options, failStart: step.failStart });
                  service.start().catch(() => {});
                }
                break;
            }
          }

          // Everything that can still happen, happens: deadlines last, so that they leave no trace.
          for (let round = 0; round < 100; round++) {
            await pair.pump();
            if (heldReplies.length === 0) break;
            for (const held of heldReplies.splice(0)) held.resolve(held.params);
          }
          pair.clock.advance(pastDeadline(11_000));
          await pair.pump();
          if (!pair.connection.isClosed) service.kill();
          await pair.pump();
          await Promise.all(endings);
          for (const check of checks) check();

          assert.equal(pair.toGuest.openCalls, 0, 'open calls of the host');
          assert.equal(pair.wheel.size, 0, 'deadlines');
          for (const { signal } of controllers) {
            assert.equal(getEventListeners(signal, 'abort').length, 0);
          }
          assert.deepEqual(pair.guestClosings, []);
          assert.equal(pair.connection.size, 0, 'services');
          if (pair.connection.isClosed) return; // its numbers have gone with it
          assert.equal(pair.toHost.openCalls, 0, 'open calls of the guest');
          const ids = new Set(Array.from({ length: MANY }, () => pair.connection.takeCall().id));
          assert.equal(ids.size, MANY, 'a number was free twice');
          assert.equal(Math.max(...ids), MANY - 1, 'a number is missing');
          const routes = new Set(
            Array.from({ length: MANY }, () => pair.connection.openRoute(0, 'any')),
          );
          assert.equal(routes.size, MANY, 'a route was free twice');
          assert.equal(Math.max(...(routes as Set<number>)), MANY - 1, 'a route is missing');
        },
      ),
      { numRuns: 150 },
    );
  });
});
