import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ToolrigError } from '../../../../src/core/errors.ts';
import { BlockRecorder } from '../../../../src/harness/load/recorder.ts';
import { LatencyHistogram } from '../../../../src/harness/stats/latency-histogram.ts';

const events = fc.array(
  fc.constantFrom('right', 'wrong', 'ERR_TIMEOUT', 'ERR_OVERLOADED', 'ERR_USAGE', 'odd' as const),
  { maxLength: 200 },
);

describe('BlockRecorder', () => {
  test('accounts for every call once, whatever it came to', () => {
    fc.assert(
      fc.property(events, (kinds) => {
        const recorder = new BlockRecorder();
        for (const kind of kinds) {
          if (kind === 'right') recorder.success(5);
          else if (kind === 'wrong') recorder.wrongReply('op', 'no');
          else if (kind === 'odd') recorder.failure(5, 'op', 'just text');
          else recorder.failure(5, 'op', new ToolrigError(kind, 'failed'));
        }
        const count = (...of: string[]) => kinds.filter((kind) => of.includes(kind)).length;
        assert.equal(recorder.calls, kinds.length);
        assert.equal(recorder.succeeded, count('right'));
        assert.equal(recorder.checksFailed, count('wrong'));
        assert.equal(recorder.failed, kinds.length - count('right'));
        assert.equal(recorder.errors.get('ERR_TIMEOUT') ?? 0, count('ERR_TIMEOUT'));
        // Codes that no call rejects with are not the target's to give.
        assert.equal(recorder.errors.get('ERR_UNKNOWN') ?? 0, count('ERR_USAGE', 'odd'));
        const histogram = new LatencyHistogram();
        recorder.latency.drainInto(histogram);
        assert.equal(histogram.count, count('right', 'ERR_TIMEOUT'));
        histogram.destroy();
      }),
    );
  });

  test('times no call that was refused, however fast, and one that ran into its deadline', () => {
    const recorder = new BlockRecorder();
    recorder.success(1e6);
    const refused = new ToolrigError('ERR_OVERLOADED', 'full');
    for (let call = 0; call < 9; call++) assert.equal(recorder.failure(1, 'op', refused), false);
    assert.equal(recorder.failure(5e9, 'op', new ToolrigError('ERR_TIMEOUT', 'late')), true);
    recorder.wrongReply('op', 'no');
    const latency = recorder.latency.toHistogram();
    assert.equal(latency.count, 2);
    assert.equal(latency.summary().min, 1e6);
    assert.ok(latency.summary().max >= 4.99e9);
    latency.destroy();
  });

  test('keeps the first thing that went wrong, in words', () => {
    const recorder = new BlockRecorder();
    recorder.success(1);
    recorder.failure(1, 'read', new Error('disk on fire'));
    recorder.wrongReply('add', '3 is not 4');
    assert.equal(recorder.firstFailure, 'read: disk on fire');
  });

  test('has batches apart from calls', () => {
    const recorder = new BlockRecorder();
    recorder.batch(7);
    assert.equal(recorder.calls, 0);
    const histogram = new LatencyHistogram();
    recorder.batchLatency.drainInto(histogram);
    assert.equal(histogram.count, 1);
    histogram.destroy();
  });

  test('is as new after a reset', () => {
    const recorder = new BlockRecorder();
    recorder.success(1);
    recorder.batch(1);
    recorder.wrongReply('add', 'no');
    recorder.failure(1, 'add', new ToolrigError('ERR_TIMEOUT', 'late'));
    recorder.reset();
    assert.deepEqual(recorder, new BlockRecorder());
    assert.equal(recorder.calls, 0);
    const histogram = new LatencyHistogram();
    recorder.latency.drainInto(histogram);
    recorder.batchLatency.drainInto(histogram);
    assert.equal(histogram.count, 0);
    histogram.destroy();
  });
});
