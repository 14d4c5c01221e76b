import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { measureGeneratorCeiling } from '../../../../src/harness/load/generator-ceiling.ts';

describe('measureGeneratorCeiling', () => {
  test('climbs from low rates, and looks between one that was kept and its double', async () => {
    const rates: number[] = [];
    const { ratePerSecond } = await measureGeneratorCeiling({
      signal: new AbortController().signal,
      stepMs: 10,
      onRate: (rate) => rates.push(rate),
    });
    assert.equal(rates[0], 1_000);
    // How far it gets is the machine's; that it says what it tried is not.
    assert.ok(ratePerSecond === 0 || rates.includes(ratePerSecond));
    const climb = rates.filter((rate, index) => rate === 1_000 * 2 ** index);
    for (const rate of rates.slice(climb.length)) {
      const [kept, missed] = [climb.at(-2) ?? 0, climb.at(-1) ?? 0];
      assert.ok(rate > kept && rate < missed, `${rate} is between ${kept} and ${missed}`);
    }
  });

  test('tries nothing when it is interrupted', async () => {
    const { ratePerSecond } = await measureGeneratorCeiling({ signal: AbortSignal.abort() });
    assert.equal(ratePerSecond, 0);
  });
});
