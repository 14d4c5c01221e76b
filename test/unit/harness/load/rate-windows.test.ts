import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { planCalls } from '../../../../src/harness/load/call-plan.ts';
import type { CpuReading } from '../../../../src/harness/load/outside-watch.ts';
import { figuresOf, RateProber } from '../../../../src/harness/load/rate-prober.ts';
import { type RateWindow, WindowedProber } from '../../../../src/harness/load/rate-windows.ts';
import { seededRandom } from '../../../../src/harness/stats/random.ts';
import { argumentOf, echoCase, echoTarget } from '../../../helpers/fake-target.ts';
import { VirtualLoop } from '../../../helpers/virtual-loop.ts';

const plan = planCalls(echoCase(), seededRandom(1));
const { signal } = new AbortController();
const WINDOW_MS = 20;

/**
 * A target that stands still for 10 ms at the first call of some windows; of some of those, and of others, the kernel says
 * that somebody else had the CPUs.
 */
function setUp(loop: VirtualLoop, isSlow: (window: number) => boolean) {
  let windows = 0;
  let isFirst = true;
  const invoke = async (params: unknown) => {
    if (isFirst && isSlow(windows)) loop.block(10);
    isFirst = false;
    return argumentOf(params);
  };
  const prober = new RateProber(echoTarget({ prepare: () => invoke }), plan, { signal });
  /** The counters before and after each window. */
  const readings = (isHeldUp: (window: number) => boolean) => {
    let othersMs = 0;
    let isBefore = true;
    return (): CpuReading => {
      if (!isBefore && isHeldUp(windows)) othersMs += 10;
      if (isBefore) isFirst = true;
      else windows++;
      isBefore = !isBefore;
      return {
        machineMs: othersMs,
        threads: new Map([['main', { ranMs: 0, waitedMs: othersMs }]]),
      };
    };
  };
  const at = (wanted: number, spareMs: number, isHeldUp: (window: number) => boolean) => {
    const options = { windowMs: WINDOW_MS, spareMs, signal, readings: readings(isHeldUp) };
    return loop.until(new WindowedProber(prober, options).at(1_000, wanted));
  };
  return { at };
}

/** What windows came to, in short; destroys their blocks. */
function seen(windows: readonly RateWindow[]) {
  return windows.map(({ block, isHeldUp }) => {
    const { calls, responseNs } = figuresOf(block);
    assert.equal(calls, WINDOW_MS);
    return `${responseNs.max > 5e6 ? 'slow' : 'fast'}${isHeldUp ? ', held up' : ''}`;
  });
}

describe('WindowedProber', () => {
  test('says which windows others held up, and measures further ones in their place', async (t) => {
    const loop = new VirtualLoop(t);
    const isBad = (window: number) => window === 1 || window === 2;
    assert.deepEqual(seen(await setUp(loop, isBad).at(3, 1_000, isBad)), [
      'fast',
      'slow, held up',
      'slow, held up',
      'fast',
      'fast',
    ]);
  });

  test('makes nothing of a window that the service itself made slow', async (t) => {
    const loop = new VirtualLoop(t);
    const windows = await setUp(loop, (window) => window === 1).at(3, 1_000, () => false);
    assert.deepEqual(seen(windows), ['fast', 'slow', 'fast']);
  });

  test('waits longer and longer while all are held up, and has an end', async (t) => {
    const loop = new VirtualLoop(t);
    const startedAtMs = loop.nowMs;
    const windows = await setUp(loop, () => false).at(2, 10 * WINDOW_MS, () => true);
    // Two, and of ten lengths more: pauses of 1 and 2, a window, a pause of 3, a window, and no more time for one of 4.
    assert.equal(seen(windows).length, 6);
    const tookMs = loop.nowMs - startedAtMs;
    assert.ok(tookMs > 11 * WINDOW_MS && tookMs < 14 * WINDOW_MS, `${tookMs}`);
  });

  test('ends its pause at once when it is interrupted', async (t) => {
    const loop = new VirtualLoop(t);
    const controller = new AbortController();
    let looks = 0;
    let abortedAtMs = 0;
    const readings = (): CpuReading => {
      const othersMs = looks * 10;
      if (++looks === 2) {
        setTimeout(() => {
          abortedAtMs = loop.nowMs;
          controller.abort();
        }, WINDOW_MS / 4);
      }
      return {
        machineMs: othersMs,
        threads: new Map([['main', { ranMs: 0, waitedMs: othersMs }]]),
      };
    };
    const prober = new RateProber(echoTarget(), plan, { signal: controller.signal });
    const windowed = new WindowedProber(prober, {
      windowMs: WINDOW_MS,
      spareMs: 1_000,
      signal: controller.signal,
      readings,
    });
    const windows = await loop.until(windowed.at(1_000, 3));
    assert.deepEqual(seen(windows), ['fast, held up']);
    assert.equal(loop.nowMs, abortedAtMs);
  });

  test('blames nobody where the kernel does not tell', async (t) => {
    const loop = new VirtualLoop(t);
    const prober = new RateProber(echoTarget(), plan, { signal });
    const options = { windowMs: WINDOW_MS, spareMs: 1_000, signal, readings: () => undefined };
    const windows = await loop.until(new WindowedProber(prober, options).at(1_000, 3));
    assert.deepEqual(seen(windows), ['fast', 'fast', 'fast']);
  });

  test('ends with a target that answers nothing', async () => {
    const prober = new RateProber(echoTarget(), plan, { signal });
    prober.at = async () => undefined;
    const options = { windowMs: WINDOW_MS, spareMs: 1_000, signal, readings: () => undefined };
    assert.deepEqual(await new WindowedProber(prober, options).at(1_000, 3), []);
  });
});
