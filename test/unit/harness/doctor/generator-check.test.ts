import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { judgeGenerator } from '../../../../src/harness/doctor/generator-check.ts';

describe('judgeGenerator', () => {
  test('judges by the rate that was kept', () => {
    const verdicts = [0, 4_000, 250_000].map(
      (ratePerSecond) => judgeGenerator({ ratePerSecond, latenessP99Ns: 42_000 }).verdict,
    );
    assert.deepEqual(verdicts, ['problem', 'warning', 'ok']);
  });

  test('says the rate and how well it was kept', () => {
    const { observed } = judgeGenerator({ ratePerSecond: 250_000, latenessP99Ns: 42_000 });
    assert.match(observed, /250,000 calls\/s, 99 % of them within 42 µs/);
  });
});
