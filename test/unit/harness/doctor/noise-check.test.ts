import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  judgeNoise,
  type NoiseReport,
  noiseOf,
} from '../../../../src/harness/doctor/noise-check.ts';
import type { RoundRecord } from '../../../../src/harness/results/run-record.ts';
import { seededRandom } from '../../../../src/harness/stats/random.ts';
import { sampleVariant } from '../../../helpers/sample-record.ts';

const [ROUND = assert.fail()] = sampleVariant('native', 1_000).rounds;

/** Rounds whose medians scatter by up to `spread` to either side. */
function roundsOf(count: number, spread: number, seed: number): RoundRecord[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, index) => ({
    ...ROUND,
    round: index + 1,
    p50: 1_000 * (1 + spread * (2 * random() - 1)),
  }));
}

function noise(count: number, spread: number): NoiseReport {
  const spentMs = count * 100;
  return noiseOf(roundsOf(count, spread, 1), roundsOf(count, spread, 2), spentMs, ['p50']);
}

function changeWithin(report: NoiseReport, withinMs: number): number {
  const found = report.metrics[0]?.detectable.find((each) => each.withinMs === withinMs);
  return found?.change ?? assert.fail();
}

describe('noise', () => {
  test('is no smaller than what equal code came out to differ by', () => {
    const { metrics, rounds, roundMs } = noise(60, 0.05);
    assert.deepEqual([rounds, roundMs], [60, ROUND.durationMs]);
    const floor = metrics[0]?.floor ?? assert.fail();
    assert.ok(floor > 0.002 && floor < 0.05, `${floor}`);
  });

  test('falls with the root of the time that a comparison takes', () => {
    const report = noise(60, 0.05);
    const [short, long] = [changeWithin(report, 10_000), changeWithin(report, 300_000)];
    const expected = Math.sqrt(300_000 / 10_000);
    assert.ok(Math.abs(short / long / expected - 1) < 0.15, `${short} and ${long}`);
  });

  test('has no figures for rounds that give no interval', () => {
    const { metrics } = noise(1, 0.05);
    assert.deepEqual(metrics, []);
    assert.equal(judgeNoise(noise(1, 0.05)).verdict, 'unknown');
  });
});

describe('judgeNoise', () => {
  test('is content where a minute finds changes of a few percent', () => {
    const { verdict, observed, advice } = judgeNoise(noise(60, 0.02));
    assert.deepEqual([verdict, advice], ['ok', null]);
    assert.match(observed, /over 60 rounds of 500 ms; a minute would find 0\.\d %/);
  });

  test('warns where a minute does not, and gives up where nothing would', () => {
    assert.equal(judgeNoise(noise(20, 0.5)).verdict, 'warning');
    assert.equal(judgeNoise(noise(6, 0.99)).verdict, 'problem');
  });
});
