import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { planCalls } from '../../../src/harness/load/call-plan.ts';
import type { CpuReading } from '../../../src/harness/load/outside-watch.ts';
import { destroyBlock, RateProber } from '../../../src/harness/load/rate-prober.ts';
import { WindowedProber } from '../../../src/harness/load/rate-windows.ts';
import { LimitMeter } from '../../../src/harness/measure-capacity-limit.ts';
import { seededRandom } from '../../../src/harness/stats/random.ts';
import { argumentOf, echoCase, echoTarget } from '../../helpers/fake-target.ts';
import { P99 } from '../../helpers/sample-capacity.ts';
import { VirtualLoop } from '../../helpers/virtual-loop.ts';

const plan = planCalls(echoCase(), seededRandom(1));
const { signal } = new AbortController();
const SWEEP = [50, 300, 500, 700, 900, 1_300];
const PAUSE_MS = 30;

interface Stalls {
  /** Windows in which the thread stands still for 30 ms. */
  readonly isPaused: (window: number) => boolean;
  /** Whether the kernel says that it was others who had it. */
  readonly isOthers: boolean;
}

/** Measures a service that takes 1 ms of its only thread: 1,000 calls a second. */
async function measured(loop: VirtualLoop, { isPaused, isOthers }: Stalls): Promise<LimitMeter> {
  let readings = 0;
  let isPauseDue = false;
  let othersMs = 0;
  /** Asked before and after each window. */
  const read = (): CpuReading => {
    const isBefore = readings % 2 === 0;
    if (isBefore) isPauseDue = isPaused(readings / 2);
    else if (isOthers && isPaused((readings - 1) / 2)) othersMs += PAUSE_MS;
    readings++;
    const threads = new Map([['main', { ranMs: 0, waitedMs: othersMs }]]);
    return { machineMs: othersMs, threads };
  };
  const invoke = async (params: unknown) => {
    loop.block(isPauseDue ? PAUSE_MS : 1);
    isPauseDue = false;
    return argumentOf(params);
  };
  const prober = new RateProber(echoTarget({ prepare: () => invoke }), plan, { signal });
  const options = { windowMs: 100, spareMs: 6_000, signal, readings: read };
  const meter = new LimitMeter(new WindowedProber(prober, options), {
    objectives: [P99],
    random: seededRandom(1),
    signal,
    onStep: () => {},
  });
  const all = async () => {
    for (const rate of SWEEP) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other, as in a measurement
      const block = await meter.at(rate, 2);
      if (block !== undefined) destroyBlock(block);
    }
    await meter.closeIn();
  };
  await loop.until(all());
  return meter;
}

describe('LimitMeter', () => {
  test('finds where a server stops keeping to its objective', async (t) => {
    const meter = await measured(new VirtualLoop(t), { isPaused: () => false, isOthers: false });
    const { median } = meter.fit()?.ratePerSecond ?? assert.fail();
    // Turns of the loop take some of its time, too.
    assert.ok(median > 850 && median < 1_050, `${median}`);
    assert.equal(meter.fit()?.bound, 'enclosed');
    assert.ok(meter.rates.length > SWEEP.length);
    assert.ok(meter.rates.every(({ heldUp }) => heldUp === 0));
  });

  test('finds the same when others stop it in every third window', async (t) => {
    const isPaused = (window: number) => window % 3 === 1;
    const meter = await measured(new VirtualLoop(t), { isPaused, isOthers: true });
    const { median } = meter.fit()?.ratePerSecond ?? assert.fail();
    assert.ok(median > 850 && median < 1_050, `${median}`);
    const [lowest] = meter.rates;
    assert.ok(lowest !== undefined && lowest.heldUp > 0);
    assert.ok(lowest.p99 < 5e6 && lowest.p99WithAll > 5e6, 'and says what it has set aside');
  });

  test('finds none when it is the service that stands still in every third window', async (t) => {
    const isPaused = (window: number) => window % 3 === 1;
    const meter = await measured(new VirtualLoop(t), { isPaused, isOthers: false });
    assert.equal(meter.fit(), undefined);
  });

  test('counts all windows when others are never away', async (t) => {
    const meter = await measured(new VirtualLoop(t), { isPaused: () => true, isOthers: true });
    assert.equal(meter.fit(), undefined);
    assert.ok(meter.rates.every(({ windows, heldUp }) => windows === heldUp));
  });
});
