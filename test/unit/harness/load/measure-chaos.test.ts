import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { planCalls } from '../../../../src/harness/load/call-plan.ts';
import type { Chaos } from '../../../../src/harness/load/chaos.ts';
import {
  type MeasureChaosOptions,
  measureChaos,
} from '../../../../src/harness/load/measure-chaos.ts';
import type { ResolvedLoad } from '../../../../src/harness/load/resolve-load.ts';
import type { Operation } from '../../../../src/harness/load/scenario.ts';
import type { Target } from '../../../../src/harness/load/target.ts';
import { seededRandom } from '../../../../src/harness/stats/random.ts';
import {
  mortalTarget,
  numberedEcho,
  numberedReply,
  numberedTarget,
} from '../../../helpers/chaos-target.ts';
import { FlowingClock, targetTakingTime } from '../../../helpers/flowing-clock.ts';

const LOAD: ResolvedLoad = {
  concurrency: 4,
  batch: 1,
  durationMs: 400,
  calls: Number.POSITIVE_INFINITY,
  rounds: 1,
  warmupMs: 10,
};
const KILLS: Chaos = {
  fault: { kind: 'kill', services: ['echo'], everyMs: 15 },
  expected: ['ERR_SERVICE_EXIT'],
};

async function measure(
  targets: Readonly<Record<string, Target>>,
  chaos: Chaos,
  {
    load = LOAD,
    operations = [numberedEcho()],
    clock = new FlowingClock(),
    ...options
  }: Partial<MeasureChaosOptions> & {
    load?: ResolvedLoad;
    operations?: Operation[];
    clock?: FlowingClock;
  } = {},
) {
  const plan = planCalls({ name: '', operations, inputs: 8 }, seededRandom(1));
  const contestants = Object.entries(targets).map(([variant, target]) => ({
    variant,
    target: targetTakingTime(clock, target),
  }));
  const measurement = await measureChaos(plan, contestants, load, chaos, {
    random: () => seededRandom(1),
    signal: new AbortController().signal,
    onProgress() {},
    clock,
    collectGarbage() {}, // the process that tests share has a large heap
    ...options,
  });
  const results = measurement.variants.map(({ chaos: outcome, blocks, variant }) => {
    const rounds = blocks.map(({ round, calls }) => ({ round, calls }));
    const recoveries = outcome?.recovery.count ?? 0;
    for (const { latency, batchLatency } of blocks) {
      latency.destroy();
      batchLatency.destroy();
    }
    outcome?.recovery.destroy();
    assert.ok(outcome !== undefined);
    return { variant, outcome, rounds, recoveries };
  });
  return { results, failure: measurement.failure };
}

describe('measureChaos', () => {
  test('kills services under load, and takes the time until each is back', async () => {
    const target = mortalTarget(20);
    const { results, failure } = await measure({ mortal: target }, KILLS);
    const [{ outcome, recoveries, rounds } = assert.fail()] = results;
    assert.equal(failure, undefined);
    assert.ok(outcome.crashes > 0);
    assert.deepEqual(
      [outcome.crashes, outcome.faults, recoveries],
      [target.kills.length, target.kills.length, target.kills.length],
    );
    const { offered, succeeded, lost, answeredTwice, unrecovered, errors, failedAsExpected } =
      outcome;
    assert.deepEqual(
      { lost, answeredTwice, unrecovered },
      { lost: 0, answeredTwice: 0, unrecovered: 0 },
    );
    assert.equal(offered, succeeded + failedAsExpected);
    assert.equal(errors.get('ERR_SERVICE_EXIT'), failedAsExpected);
    assert.ok(rounds.length > 1);
    assert.ok(rounds.every(({ calls }) => calls > 0));
    assert.deepEqual(
      rounds.map(({ round }) => round),
      rounds.map((_, index) => index),
    );
  });

  test('strikes all variants by the same plan', async () => {
    const targets = { one: mortalTarget(1), two: mortalTarget(1) };
    const operations = ['a', 'b', 'c'].map((service) => numberedEcho(service));
    const fault = { kind: 'kill', services: ['a', 'b', 'c'], everyMs: 5, times: 6 } as const;
    const load = { ...LOAD, durationMs: 10_000 };
    await measure(targets, { ...KILLS, fault }, { operations, load });
    assert.equal(targets.one.kills.length, 6, 'ends when there were as many as there may be');
    assert.deepEqual(targets.one.kills, targets.two.kills);
  });

  test('says which service was not back at the end, and does not strike it again', async () => {
    const target = mortalTarget(Number.POSITIVE_INFINITY);
    const operations = [numberedEcho('echo'), numberedEcho('other')];
    const controller = new AbortController();
    const clock = new FlowingClock();
    clock.after(150, () => controller.abort());
    const { results } = await measure({ mortal: target }, KILLS, {
      operations,
      clock,
      signal: controller.signal,
    });
    assert.equal(results[0]?.outcome.unrecovered, 1);
    assert.deepEqual(target.kills, ['echo']);
  });

  test('brings a fault about by a call, which is accounted for as well', async () => {
    const poisoned: unknown[] = [];
    const target = mortalTarget(3);
    const { prepare } = target;
    const poisonable = {
      ...target,
      prepare(operation: Operation) {
        if (operation.tool !== 'hang') return prepare(operation);
        return (params: unknown) => {
          poisoned.push(params);
          target.kill(operation.service);
          return prepare(operation)(params);
        };
      },
    };
    const fault = {
      kind: 'hang',
      services: ['echo'],
      everyMs: 15,
      tool: 'hang',
      arguments: { how: 'badly' },
    } as const;
    const { results } = await measure({ poisonable }, { ...KILLS, fault });
    const [{ outcome } = assert.fail()] = results;
    assert.ok(poisoned.length > 0);
    assert.equal(outcome.faults, poisoned.length);
    assert.equal(outcome.crashes, poisoned.length);
    const { name, arguments: args } = poisoned[0] as {
      name: string;
      arguments: { how: string; callNumber: number };
    };
    assert.deepEqual([name, args.how, Number.isInteger(args.callNumber)], ['hang', 'badly', true]);
    assert.equal(outcome.offered, outcome.succeeded + outcome.failedAsExpected);
  });

  test('compares the p99 of services that are spared with what it was before', async () => {
    const operations = [numberedEcho('echo'), numberedEcho('other')];
    const { results } = await measure(
      { mortal: mortalTarget(1) },
      { ...KILLS, quietMs: 30 },
      { operations },
    );
    const { quiet = 0, disturbed = 0 } = results[0]?.outcome.sparedP99Ns ?? {};
    assert.ok(quiet > 0 && disturbed > 0);
  });

  test('without faults, takes the time from the end of the load', async () => {
    const { results } = await measure({ calm: numberedTarget() }, { restMs: 20 });
    const [{ outcome, recoveries } = assert.fail()] = results;
    assert.equal(recoveries, 1);
    assert.deepEqual([outcome.faults, outcome.crashes, outcome.unrecovered], [0, 0, 0]);
    assert.ok(outcome.hostRssBytes.peak >= outcome.hostRssBytes.before);
  });

  test('collects garbage before it looks at a drift, and never while services are broken', async () => {
    let collections = 0;
    const collectGarbage = () => {
      collections++;
    };
    const { results } = await measure({ calm: numberedTarget() }, {}, { collectGarbage });
    // Before the first window and after the last the memory of the host is looked at.
    assert.equal(collections, (results[0]?.rounds.length ?? 0) + 2);
    collections = 0;
    await measure({ mortal: mortalTarget(1) }, KILLS, { collectGarbage });
    assert.equal(collections, 2);
  });

  test('all but stops calling at rest', async () => {
    let calls = 0;
    let callsUnderLoad = 0;
    const target = numberedTarget(async (params) => {
      calls++;
      return numberedReply(params);
    });
    await measure(
      { target },
      { restMs: 60 },
      {
        onProgress: () => {
          callsUnderLoad = calls;
        },
      },
    );
    const atRest = calls - callsUnderLoad;
    assert.ok(
      atRest < callsUnderLoad / 10,
      `${atRest} calls at rest, ${callsUnderLoad} under load`,
    );
  });

  test('lets variants take turns when there are several rounds, one block each', async () => {
    const order: string[] = [];
    const target = (name: string) =>
      numberedTarget(async (params) => {
        if (order.at(-1) !== name) order.push(name);
        return numberedReply(params);
      });
    const { results } = await measure(
      { one: target('one'), two: target('two') },
      {},
      {
        load: { ...LOAD, rounds: 2 },
      },
    );
    assert.deepEqual(
      results.map(({ rounds }) => rounds.map(({ round }) => round)),
      [
        [0, 1],
        [0, 1],
      ],
    );
    // Both are called once before, to see whether they work.
    assert.deepEqual(order, ['one', 'two', 'one', 'two', 'one']);
  });

  test('refuses a tool that does not give the number of its call back', async () => {
    const forgetful = numberedTarget(async (params) => ({
      structuredContent: { ...numberedReply(params).structuredContent, callNumber: undefined },
    }));
    await assert.rejects(measure({ forgetful }, {}), {
      code: 'ERR_INVALID_MEASUREMENT',
      message: /callNumber/,
    });
  });

  test('fails when nothing is answered under load', async () => {
    let calls = 0;
    const dying = numberedTarget(async (params) => {
      calls++;
      if (calls > 1) throw new Error('gone');
      return numberedReply(params);
    });
    const { failure } = await measure({ dying }, {});
    assert.equal(failure?.code, 'ERR_INVALID_MEASUREMENT');
    assert.match(failure?.message ?? '', /not one call was answered under load: .*gone/);
  });
});
