import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { confidenceOf, type Evidence } from '../../../src/harness/capacity/confidence.ts';
import { sweepPoint } from '../../../src/harness/capacity/measured-sweep.ts';
import { planCapacity } from '../../../src/harness/plan-capacity.ts';
import {
  missedRates,
  sampleCapacity,
  sampleEvidence,
  sampleRequest,
} from '../../helpers/sample-capacity.ts';

describe('planCapacity', () => {
  test('puts the option with the fewest instances first', () => {
    const { options } = sampleCapacity();
    assert.deepEqual(
      options.map(({ variant }) => variant),
      ['worker', 'native', 'http'],
    );
    const counts = options.map(({ instances }) => instances.expected);
    assert.deepEqual(
      counts,
      counts.toSorted((a, b) => a - b),
    );
  });

  test('sizes for the rate that keeps to the objectives', () => {
    const [, native] = sampleCapacity().options;
    assert.ok(native !== undefined);
    // 20,000 calls/s saturate it; with p99 = −ln(0.01) × mean below 5 ms, 95 % of that is the last good rate.
    assert.ok(Math.abs(native.maxRatePerSecond.median - 19_000) < 1);
    assert.equal(native.replicasPerInstance, 2);
    assert.equal(native.bindingConstraint, 'cpu');
    // 20,000 / (2 cores / 55 µs × 0.7) = 0.79: one instance, one spare, three zones.
    assert.deepEqual(native.instances, { low: 3, expected: 3, high: 3 });
    assert.equal(native.costPerMonth, 156);
  });

  test('has every model, with what it was fitted to', () => {
    const [worker, native] = sampleCapacity().options;
    assert.ok(worker !== undefined && native !== undefined);
    const { knee, predictedKnee, cpuDemandNs, predictions, scaling, littlesLaw } = native.measured;
    assert.ok(knee.state === 'fitted' && Math.abs(knee.model.median - 20_000) < 1);
    assert.ok(predictedKnee.state === 'fitted');
    assert.ok(Math.abs(predictedKnee.model.median / 20_000 - 1) < 0.01);
    assert.ok(cpuDemandNs.state === 'fitted' && Math.abs(cpuDemandNs.model.median - 55_000) < 1);
    assert.ok(predictions.state === 'fitted');
    for (const { measured, exponential, general } of predictions.model) {
      assert.ok(Math.abs(exponential.p99 / measured.p99 - 1) < 0.001);
      assert.ok(Math.abs(general.p99 / measured.p99 - 1) < 0.02);
    }
    assert.equal(scaling.state, 'not-identifiable');
    assert.ok(littlesLaw.length > 5 && littlesLaw.every(({ holds }) => holds));
    assert.ok(worker.measured.scaling.state === 'fitted');
    assert.ok(worker.measured.scaling.model.knee !== null);
  });

  test('refuses what cannot be planned, with the reason', () => {
    const { refused } = sampleCapacity();
    assert.deepEqual(
      refused.map(({ variant }) => variant),
      ['slow'],
    );
    assert.match(refused[0]?.reason ?? '', /not even 1 calls\/s keeps to p99 < 5ms/);
    const huge = sampleEvidence('huge', 50_000, { rssBytes: 8 * 1_024 ** 3 });
    const blind = sampleEvidence('blind', 50_000, {
      sweep: { source: 'csv', name: 'b', warnings: [], points: [] },
    });
    assert.deepEqual(
      planCapacity([huge, blind], sampleRequest()).refused.map(({ reason }) => reason),
      [
        'one replica takes more memory than an instance c7g.large has',
        'its measurements tell nothing about p99 < 5ms and errors < 0.1%',
      ],
    );
  });

  test('takes the one point of a closed loop for no rate at which next to nothing waits', () => {
    const point = sweepPoint({ throughputPerSecond: 748_868, latencyNs: { p99: 5.8e6 } });
    const wrk = sampleEvidence('wrk', 50_000, {
      sweep: { source: 'wrk', name: 'wrk', warnings: [], points: [{ ...point, errorRatio: 0 }] },
    });
    assert.match(
      planCapacity([wrk], sampleRequest()).refused[0]?.reason ?? '',
      /^not even 748,868 calls\/s .*5\.80 ms there, where a closed loop asked .* measure lower rates/,
    );
  });

  test('says of a refusal by windows how far off it was, or that others held them up', () => {
    const rate = {
      ratePerSecond: 100,
      windows: 20,
      p99: 6e6,
      max: 9e6,
      p99WithAll: 7e6,
      budgetUsed: 1.3,
    };
    const refusalOf = (heldUp: number) =>
      planCapacity(
        [sampleEvidence('native', 50_000, { rates: [{ ...rate, heldUp }] })],
        sampleRequest(),
      ).refused[0]?.reason ?? '';
    assert.match(refusalOf(2), /hardly a queue; the best of 1 rates used 130 % of the budget$/);
    assert.match(refusalOf(18), /^other programs held up 18 of 20 windows, so that nothing can be/);
  });

  test('keeps what was seen of a way that is refused, and leaves it out where nothing was', () => {
    const rates = missedRates();
    const evidence = [sampleEvidence('native', 50_000, { rates }), sampleEvidence('slow', 80e6)];
    const { refused } = planCapacity(evidence, sampleRequest());
    assert.deepEqual(
      refused.map((each) => each.rates),
      [rates, undefined],
    );
  });

  test('says what other tools did not tell where their results are planned with, and nowhere else', () => {
    const imported = sampleEvidence('k6', 50_000, {
      sweep: { source: 'k6', name: 'k6', warnings: [], points: [] },
    });
    const native = sampleEvidence('native', 50_000);
    for (const [evidence, count] of [
      [[imported], 1],
      [[native], 0],
      [[], 0], // an interrupt, before anything was measured
    ] as const) {
      const { notMeasured } = planCapacity(evidence, sampleRequest());
      assert.equal(notMeasured.filter((each) => each.includes('did not tell')).length, count);
    }
  });

  test('says how many threads generated the load, where it was more than one', () => {
    const threads = /^2 threads of the machine that was measured generated the load/m;
    assert.match(sampleCapacity({ workers: 2 }).assumptions.join('\n'), threads);
    assert.doesNotMatch(sampleCapacity().assumptions.join('\n'), /threads/);
  });

  test('makes it clear that an instance is this machine', () => {
    const { assumptions } = sampleCapacity({ isThisMachine: true });
    assert.match(assumptions.join('\n'), /an instance is this machine: 2 cores/);
  });
});

describe('confidenceOf', () => {
  const sure: Evidence = {
    maxRatePerSecond: { median: 100, low: 98, high: 103 },
    bound: 'enclosed',
    kneePerSecond: 120,
    windows: 60,
    heldUpWindows: 5,
    littlesLawFailures: 0,
    generatorLimitedPoints: 0,
    isImported: false,
    isOpenLoop: true,
    sharesCores: false,
    validity: 'valid',
    instancesAtHorizon: 4,
  };

  test('is high without a reason against it', () => {
    assert.deepEqual(confidenceOf(sure), { grade: 'high', reasons: [] });
  });

  test('is medium with a little to say against it, and low with more', () => {
    assert.equal(confidenceOf({ ...sure, sharesCores: true }).grade, 'medium');
    assert.equal(confidenceOf({ ...sure, sharesCores: true, validity: 'suspect' }).grade, 'medium');
    assert.equal(
      confidenceOf({ ...sure, sharesCores: true, validity: 'suspect', kneePerSecond: null }).grade,
      'low',
    );
  });

  test('is low when a single thing is beyond doubt wrong', () => {
    for (const wrong of [
      { bound: 'at-least' },
      { littlesLawFailures: 1 },
      { isOpenLoop: false },
      { validity: 'invalid' },
      { kneePerSecond: 1_000 },
      { heldUpWindows: 50 },
    ] as const) {
      const { grade, reasons } = confidenceOf({ ...sure, ...wrong });
      assert.equal(grade, 'low');
      assert.equal(reasons.length, 1);
    }
  });
});
