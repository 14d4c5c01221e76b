import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { ToolrigError } from '../../../../src/core/errors.ts';
import { planCalls } from '../../../../src/harness/load/call-plan.ts';
import { measureCase } from '../../../../src/harness/load/measure.ts';
import type { CaseMeasurement, MeasureProgress } from '../../../../src/harness/load/measurement.ts';
import type { ResolvedLoad } from '../../../../src/harness/load/resolve-load.ts';
import { NO_USAGE, type Target } from '../../../../src/harness/load/target.ts';
import { seededRandom } from '../../../../src/harness/stats/random.ts';
import { argumentOf, echoCase, echoTarget } from '../../../helpers/fake-target.ts';

const plan = planCalls(echoCase(), seededRandom(1));

function load(overrides: Partial<ResolvedLoad> = {}): ResolvedLoad {
  return {
    concurrency: 1,
    batch: 1,
    durationMs: Number.POSITIVE_INFINITY,
    calls: 12,
    rounds: 3,
    warmupMs: 1e-6, // over before it has begun
    ...overrides,
  };
}

/** Targets that write each call they get into `log`, as their name. */
function logging(
  names: readonly string[],
  log: string[],
  onCall: (name: string) => void = () => {},
) {
  return names.map((variant) => {
    const invoke = async (params: unknown) => {
      log.push(variant);
      onCall(variant);
      return argumentOf(params);
    };
    return { variant, target: echoTarget({ prepare: () => invoke }) };
  });
}

function options(overrides: object = {}) {
  const { signal } = new AbortController();
  return { reference: 'b', signal, onProgress: () => {}, ...overrides };
}

function destroy(measurement: CaseMeasurement): void {
  const blocks = [...measurement.variants.flatMap((each) => each.blocks), ...measurement.twin];
  for (const { latency, batchLatency } of blocks) {
    latency.destroy();
    batchLatency.destroy();
  }
}

/** Runs of equal names, as `a×4`. */
function runsOf(log: readonly string[]): string[] {
  const runs: { name: string; count: number }[] = [];
  for (const name of log) {
    const last = runs.at(-1);
    if (last?.name === name) last.count++;
    else runs.push({ name, count: 1 });
  }
  return runs.map(({ name, count }) => `${name}×${count}`);
}

describe('measureCase', () => {
  test('tries every variant, warms each up, and interleaves blocks in alternating order', async () => {
    const log: string[] = [];
    const progress: MeasureProgress[] = [];
    const onProgress = (step: MeasureProgress) => void progress.push(step);
    const measurement = await measureCase(
      plan,
      logging(['a', 'b', 'c'], log),
      load({ rounds: 2, calls: 8, warmupMs: 1 }),
      options({ onProgress }),
    );
    destroy(measurement);
    const phases = progress.map(({ variant, phase, round }) => `${phase} ${round} ${variant}`);
    // Warm-ups take turns, as many windows as fit.
    assert.deepEqual(
      [...new Set(phases)],
      [
        'warm-up 0 a',
        'warm-up 0 b',
        'warm-up 0 c',
        'measure 1 a',
        'measure 1 b',
        'measure 1 c',
        'measure 2 c',
        'measure 2 b',
        'measure 2 a',
      ],
    );
    // The reference's twin comes after a round, then before it.
    assert.deepEqual(runsOf(log.slice(0, 3)), ['a×1', 'b×1', 'c×1']);
    assert.deepEqual(runsOf(log.slice(-32)), ['a×4', 'b×4', 'c×4', 'b×8', 'c×4', 'b×4', 'a×4']);
  });

  test('goes on in the plan from block to block, so that all are asked the same', async () => {
    const asked: Record<string, unknown[]> = { a: [], b: [] };
    const contestants = ['a', 'b'].map((variant) => {
      const invoke = async (params: unknown) => {
        asked[variant]?.push(argumentOf(params));
        return argumentOf(params);
      };
      return { variant, target: echoTarget({ prepare: () => invoke }) };
    });
    const long = planCalls(echoCase({ inputs: 10 }), seededRandom(3));
    const settings = load({ rounds: 3, calls: 12 });
    destroy(await measureCase(long, contestants, settings, options({ reference: 'none' })));
    const inputs = long.map(({ input }) => input);
    const expected = [...inputs, ...inputs.slice(0, 2)];
    assert.deepEqual(asked['a']?.slice(-12), expected);
    assert.deepEqual(asked['b']?.slice(-12), expected);
  });

  test('splits the calls over the rounds exactly, the first ones taking the rest', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 1, max: 5 }),
        async (rounds, more, batch) => {
          const calls = rounds + more;
          const measurement = await measureCase(
            plan,
            logging(['a'], []),
            load({ rounds, calls, batch }),
            options(),
          );
          const counts = measurement.variants[0]?.blocks.map((block) => block.calls) ?? [];
          destroy(measurement);
          assert.equal(counts.length, rounds);
          assert.equal(
            counts.reduce((sum, count) => sum + count, 0),
            calls,
          );
          assert.ok(Math.max(...counts) - Math.min(...counts) <= 1);
          assert.deepEqual(
            counts,
            counts.toSorted((a, b) => b - a),
          );
        },
      ),
      { numRuns: 25 },
    );
  });

  test('shares its time among the rounds', async () => {
    const orders: number[] = [];
    const target = echoTarget({
      async drive(_plan, order, recorder) {
        orders.push(order.durationMs);
        recorder.success(1);
        return 1;
      },
    });
    const timed = load({ durationMs: 600, calls: Number.POSITIVE_INFINITY, rounds: 3 });
    destroy(await measureCase(plan, [{ variant: 'a', target }], timed, options()));
    assert.deepEqual(orders.slice(-3), [200, 200, 200]);
  });

  test('measures the reference a second time in every round, and keeps those blocks apart', async () => {
    const measurement = await measureCase(plan, logging(['a', 'b'], []), load(), options());
    destroy(measurement);
    assert.equal(measurement.twin.length, 3);
    assert.ok(measurement.twin.every(({ calls }) => calls > 0));
    assert.deepEqual(
      measurement.variants.map(({ variant, blocks }) => [variant, blocks.length]),
      [
        ['a', 3],
        ['b', 3],
      ],
    );
  });

  test('has no twin when the reference does not run', async () => {
    const log: string[] = [];
    const measurement = await measureCase(plan, logging(['a'], log), load(), options());
    destroy(measurement);
    assert.deepEqual(measurement.twin, []);
  });

  test('keeps what each block came to', async () => {
    const target = echoTarget({
      prepare: () => {
        let calls = 0;
        return async (params) => {
          calls++;
          if (calls > 20 && calls % 2 === 0) throw new ToolrigError('ERR_TIMEOUT', 'late');
          if (calls > 20 && calls % 5 === 0) return 'other';
          return argumentOf(params);
        };
      },
    });
    const counted = load({ calls: 100, rounds: 1, concurrency: 2, batch: 5 });
    const measurement = await measureCase(plan, [{ variant: 'a', target }], counted, options());
    const [block] = measurement.variants[0]?.blocks ?? [];
    assert.ok(block !== undefined);
    assert.equal(block.calls, 100);
    assert.equal(block.succeeded + block.failed, 100);
    assert.ok((block.errors.get('ERR_TIMEOUT') ?? 0) >= 30);
    assert.ok(block.checksFailed > 0);
    // A wrong reply has no time, and a batch with one neither.
    assert.equal(block.latency.count, 100 - block.checksFailed);
    assert.ok(block.batchLatency.count >= 20 - block.checksFailed && block.batchLatency.count < 20);
    assert.match(block.firstFailure ?? '', /^echo: /);
    destroy(measurement);
  });

  test('begins no block once it is interrupted, and keeps those it has', async () => {
    const controller = new AbortController();
    const progress: string[] = [];
    const onProgress = ({ phase, round, variant }: MeasureProgress) => {
      progress.push(`${phase} ${round} ${variant}`);
      if (progress.at(-1) === 'measure 2 c') controller.abort();
    };
    const { signal } = controller;
    const measurement = await measureCase(
      plan,
      logging(['a', 'b', 'c'], []),
      load(),
      options({ signal, onProgress }),
    );
    destroy(measurement);
    assert.equal(progress.at(-1), 'measure 2 c');
    assert.deepEqual(
      measurement.variants.map(({ blocks }) => blocks.map(({ round }) => round)),
      [[0], [0], [0, 1]],
    );
    assert.equal(measurement.twin.length, 2);
  });

  test('keeps the block under way when it is interrupted, with the calls it made', async () => {
    const controller = new AbortController();
    const log: string[] = [];
    const contestants = logging(['a'], log, () => {
      if (log.length === 40) controller.abort();
    });
    const { signal } = controller;
    const measurement = await measureCase(
      plan,
      contestants,
      load({ calls: 9e6 }),
      options({ signal }),
    );
    destroy(measurement);
    const counts = measurement.variants[0]?.blocks.map(({ calls }) => calls);
    assert.deepEqual(counts, [log.length - 1]); // the first was preflight's
    assert.ok(log.length >= 40 && log.length < 3e6);
  });

  test('has no time of a twin that made no call before the interruption', async () => {
    const controller = new AbortController();
    let meterings = 0;
    // Metered before and after each block: in round 0 block and twin, in round 1 twin and block.
    const usage = async () => {
      if (++meterings === 5) controller.abort();
      return NO_USAGE;
    };
    const { signal } = controller;
    const measurement = await measureCase(
      plan,
      [{ variant: 'b', target: echoTarget({ usage }) }],
      load(),
      options({ signal }),
    );
    destroy(measurement);
    assert.equal(measurement.variants[0]?.blocks.length, 1);
    assert.equal(measurement.twin.length, 1);
  });

  /** Turns the loop, a made-up second a turn, until the promise is settled. */
  async function impatiently<T>(t: TestContext, promise: Promise<T>): Promise<T> {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const state = { isSettled: false };
    const settled = () => {
      state.isSettled = true;
    };
    promise.then(settled, settled);
    while (!state.isSettled) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      t.mock.timers.tick(1_000);
    }
    return promise;
  }

  /** A target that answers so many calls and then never again. */
  function falteringTarget(answered: number): Target {
    let calls = 0;
    return echoTarget({
      prepare: () => (params) =>
        ++calls > answered ? new Promise(() => {}) : Promise.resolve(argumentOf(params)),
    });
  }

  test('leaves out a variant that answers no more, keeps its rounds, and goes on with the others', async (t) => {
    const contestants = [
      { variant: 'b', target: falteringTarget(1e4) },
      ...logging(['a', 'c'], []),
    ];
    const settings = load({ calls: 5 * 3_000, rounds: 5, warmupMs: 1e-6 });
    const measurement = await impatiently(
      t,
      measureCase(plan, contestants, settings, options({ reference: 'b' })),
    );
    destroy(measurement);
    const [b, ...others] = measurement.variants.map(({ blocks }) => blocks.length);
    assert.ok(b !== undefined && b >= 1 && b < 5);
    assert.deepEqual(others, [5, 5]);
    assert.equal(measurement.failure?.code, 'ERR_INVALID_MEASUREMENT');
    assert.match(
      measurement.failure?.message ?? '',
      /^variant 'b' in round \d failed: 1 call was not answered within 6 s, and given up/,
    );
  });

  test('measures the others when one answers no more while it warms up', async (t) => {
    const contestants = [{ variant: 'b', target: falteringTarget(1) }, ...logging(['a'], [])];
    const measurement = await impatiently(
      t,
      measureCase(plan, contestants, load({ warmupMs: 5 }), options()),
    );
    destroy(measurement);
    assert.deepEqual(
      measurement.variants.map(({ variant, blocks }) => [variant, blocks.length]),
      [
        ['b', 0],
        ['a', 3],
      ],
    );
    assert.match(measurement.failure?.message ?? '', /^variant 'b' in its warm-up failed: /);
  });

  test('waits for as long as a target says that its calls may take', async (t) => {
    const target = { ...falteringTarget(1), giveUpMs: 9_000 };
    const contestants = [{ variant: 'b', target }, ...logging(['a'], [])];
    const measurement = await impatiently(
      t,
      measureCase(plan, contestants, load({ warmupMs: 5 }), options()),
    );
    destroy(measurement);
    assert.match(measurement.failure?.message ?? '', /not answered within 9 s/);
  });

  test('leaves out a variant that answers a whole block with deadlines, and keeps that block', async () => {
    let calls = 0;
    const invoke = async (params: unknown) => {
      if (++calls > 6) throw new ToolrigError('ERR_TIMEOUT', 'too late');
      return argumentOf(params);
    };
    const contestants = [
      { variant: 'a', target: echoTarget({ prepare: () => invoke }) },
      ...logging(['c'], []),
    ];
    const settings = load({ calls: 20, rounds: 5 });
    const measurement = await measureCase(plan, contestants, settings, options({ reference: '' }));
    destroy(measurement);
    const [a, c] = measurement.variants.map(({ blocks }) => blocks.map(({ failed }) => failed));
    assert.deepEqual([a?.at(-1), (a?.length ?? 0) < 5, c], [4, true, [0, 0, 0, 0, 0]]);
    assert.match(
      measurement.failure?.message ?? '',
      /^variant 'a' in round \d failed: none of 4 calls was answered within their deadline/,
    );
  });

  test('is no measurement when none answers any more, and names each', async (t) => {
    const contestants = ['a', 'b'].map((variant) => ({ variant, target: falteringTarget(1) }));
    await assert.rejects(
      impatiently(t, measureCase(plan, contestants, load({ warmupMs: 5 }), options())),
      {
        code: 'ERR_INVALID_MEASUREMENT',
        message: /^variant 'a' in its warm-up failed: .*; variant 'b' in its warm-up failed: /,
      },
    );
  });

  test('refuses a tool that one of the variants cannot even prepare, before any is loaded', async () => {
    const log: string[] = [];
    const prepare = () => {
      throw new ToolrigError('ERR_UNKNOWN_TOOL', 'Unknown tool: ehco.');
    };
    const target: Target = echoTarget({ prepare });
    const contestants = [...logging(['a'], log), { variant: 'direct', target }];
    await assert.rejects(measureCase(plan, contestants, load(), options()), { code: 'ERR_USAGE' });
    assert.deepEqual(runsOf(log), ['a×1']);
  });
});
