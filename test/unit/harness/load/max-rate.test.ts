import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { planCalls } from '../../../../src/harness/load/call-plan.ts';
import { findMaxRate } from '../../../../src/harness/load/max-rate.ts';
import { destroyBlock, figuresOf, RateProber } from '../../../../src/harness/load/rate-prober.ts';
import { parseSlo } from '../../../../src/harness/load/slo.ts';
import type { Target } from '../../../../src/harness/load/target.ts';
import { seededRandom } from '../../../../src/harness/stats/random.ts';
import { argumentOf, echoCase, echoTarget } from '../../../helpers/fake-target.ts';
import { VirtualLoop } from '../../../helpers/virtual-loop.ts';

const plan = planCalls(echoCase(), seededRandom(1));
const { signal } = new AbortController();

/** A target that answers at once but refuses every call from the `limit`th of a block on. */
function refusingFrom(limit: number): { target: Target; next: () => void } {
  let count = 0;
  const invoke = async (params: unknown) => {
    if (++count > limit) throw new Error('no more');
    return argumentOf(params);
  };
  const next = () => {
    count = 0;
  };
  return { target: echoTarget({ prepare: () => invoke }), next };
}

describe('RateProber', () => {
  test('measures a target at a rate, and says so in plain numbers', async (t) => {
    const loop = new VirtualLoop(t);
    const prober = new RateProber(echoTarget(), plan, { signal, batch: 2 });
    const block = await loop.until(prober.at(2_000, 20));
    assert.ok(block !== undefined);
    const figures = figuresOf(block);
    assert.deepEqual(
      [figures.scheduled, figures.calls, figures.failed, figures.dropped],
      [40, 40, 0, 0],
    );
    assert.equal(figures.offeredPerSecond, 2_000);
    assert.ok(figures.responseNs.max >= figures.serviceNs.min);
  });
});

describe('findMaxRate', () => {
  test('keeps the evidence of every try, and the block of the last', async (t) => {
    const loop = new VirtualLoop(t);
    // 12 calls in a try of 10 ms: 1,200 a second. Time plays no part in whether a call is refused.
    const { target, next } = refusingFrom(12);
    const prober = new RateProber(target, plan, { signal });
    prober.saturate = async () => 400;
    const at = prober.at.bind(prober);
    prober.at = (ratePerSecond) => {
      next();
      return at(ratePerSecond, 10);
    };
    const slo = parseSlo('errors<1%');
    const { outcome, block } = await loop.until(
      findMaxRate(prober, {
        slo,
        callers: 1,
        durationMs: 50,
        signal,
      }),
    );
    const { evidence, ratePerSecond, low, high } = outcome;
    assert.ok(ratePerSecond === low && low > 1_000 && low < 1_260, `${low}`);
    assert.ok(high !== null && high > low, `${high}`);
    assert.deepEqual([outcome.slo, outcome.saturationPerSecond], ['errors<1%', 400]);
    assert.deepEqual([evidence[0]?.phase, evidence[0]?.ratePerSecond], ['climb', 100]);
    assert.equal(evidence.at(-1)?.phase, 'confirm');
    assert.equal(evidence.at(-1)?.failure, null);
    assert.ok(evidence.some(({ failure }) => failure === 'errors<1%'));
    assert.ok(block !== undefined && block.failed === 0);
    destroyBlock(block);
  });

  test('hands on the block of the answer, though longer windows above it came later', async (t) => {
    const loop = new VirtualLoop(t);
    let count = 0;
    let mostCalls = 0;
    const invoke = async (params: unknown) => {
      if (++count > mostCalls) throw new Error('no more');
      return argumentOf(params);
    };
    const prober = new RateProber(echoTarget({ prepare: () => invoke }), plan, { signal });
    prober.saturate = async () => 400;
    const at = prober.at.bind(prober);
    prober.at = (ratePerSecond, lengthMs, backlog) => {
      count = 0;
      mostCalls = lengthMs < 100 ? 1e9 : 72; // 720 a second, over 100 ms
      return ratePerSecond > 1_200
        ? Promise.resolve(undefined)
        : at(ratePerSecond, lengthMs, backlog);
    };
    const order = { slo: parseSlo('errors<1%'), callers: 1, durationMs: 100, signal };
    const { outcome, block } = await loop.until(findMaxRate(prober, order));
    assert.ok(outcome.low > 680 && outcome.low <= 730, `${outcome.low}`);
    assert.ok((outcome.high ?? 0) / outcome.low <= 1.05);
    assert.equal(outcome.evidence.at(-1)?.failure, 'errors<1%');
    assert.ok(block !== undefined && block.failed === 0);
    destroyBlock(block);
  });

  test('makes tries long enough for five arrivals, however low the rate', async (t) => {
    const loop = new VirtualLoop(t);
    const invoke = () => Promise.reject(new Error('no'));
    const prober = new RateProber(echoTarget({ prepare: () => invoke }), plan, { signal });
    prober.saturate = async () => 16;
    const order = { slo: parseSlo('errors<1%'), callers: 1, durationMs: 50, signal };
    const { outcome, block } = await loop.until(findMaxRate(prober, order));
    assert.equal(outcome.ratePerSecond, 0);
    assert.deepEqual(
      outcome.evidence.map(({ failed }) => failed),
      outcome.evidence.map(() => 5),
    );
    assert.ok(block !== undefined, 'the record has what the last try saw');
    destroyBlock(block);
  });

  test('takes a window that was cut short for no confirmation', async (t) => {
    const loop = new VirtualLoop(t);
    const interrupt = new AbortController();
    const options = { signal: interrupt.signal };
    const prober = new RateProber(refusingFrom(1e9).target, plan, options);
    prober.saturate = async () => 4e6; // a rate that is the highest tried: the first try is confirmed next
    let tries = 0;
    const at = prober.at.bind(prober);
    prober.at = async () => {
      if (++tries === 2) interrupt.abort();
      return at(1_000, 5);
    };
    const order = { slo: parseSlo('errors<1%'), callers: 1, durationMs: 50, ...options };
    const { outcome, block } = await loop.until(findMaxRate(prober, order));
    assert.deepEqual([outcome.ratePerSecond, outcome.evidence.length], [0, 1]);
    if (block !== undefined) destroyBlock(block);
  });
});
