import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RecoveryLog } from '../../../../src/harness/load/recovery-log.ts';
import { LatencyHistogram } from '../../../../src/harness/stats/latency-histogram.ts';

function timesNs(log: RecoveryLog): { count: number; max: number } {
  const histogram = new LatencyHistogram();
  log.times.drainInto(histogram);
  const { count } = histogram;
  const { max } = histogram.summary();
  histogram.destroy();
  return { count, max };
}

describe('RecoveryLog', () => {
  test('takes the time from a fault to the first reply to a later call', () => {
    const log = new RecoveryLog();
    log.strike('a', 100);
    log.answered('a', 101, 130);
    log.answered('a', 131, 132);
    assert.equal(log.down, 0);
    assert.equal(log.recovered, 1);
    assert.deepEqual(timesNs(log), { count: 1, max: 30e6 });
  });

  test('is not deceived by a reply that was on its way when the fault struck', () => {
    const log = new RecoveryLog();
    log.strike('a', 100);
    log.answered('a', 99, 101);
    log.answered('a', 100, 101);
    assert.equal(log.isDown('a'), true);
    assert.equal(timesNs(log).count, 0);
  });

  test('tells the time in which something was down, to whoever began before its end', () => {
    const log = new RecoveryLog();
    assert.equal(log.wasDownSince(0), false);
    log.strike('a', 100);
    assert.equal(log.wasDownSince(110), true);
    log.answered('a', 120, 130);
    assert.equal(log.wasDownSince(129), true);
    assert.equal(log.wasDownSince(130), false);
  });

  test('is not deceived by the replies of another service', () => {
    const log = new RecoveryLog();
    log.strike('a', 100);
    log.answered('b', 110, 120);
    assert.equal(log.down, 1);
  });
});
