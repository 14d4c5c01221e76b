import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  holds,
  parseThreshold,
  THRESHOLD_METRICS,
  THRESHOLD_OPERATORS,
  variantsOf,
} from '../../../../src/harness/load/threshold.ts';

describe('parseThreshold', () => {
  test('reads every metric, operator and unit', () => {
    const expected: Readonly<Record<string, number>> = {
      'p99 < 5ms': 5e6,
      'p50<=250us': 250e3,
      'p999 < 250µs': 250e3,
      'mean >= 7ns': 7,
      ' max > 1.5 s ': 1.5e9,
      'throughput >= 1000': 1000,
      'throughput >= 1000/s': 1000,
      'errors <= 0.1%': 0.001,
      'errors < 0.5': 0.5,
      'lost <= 0': 0,
      'crashes >= 20': 20,
      'recoveryP99 < 150ms': 150e6,
      'sparedP99Ratio <= 2': 2,
      'memoryGrowth <= 10%': 0.1,
      'memoryPeak < 512MiB': 536_870_912,
      'heapDrift < 1MiB': 1_048_576,
      'handlesDrift <= 5': 5,
      'p99Drift < 1us': 1e3,
    };
    for (const [expression, limit] of Object.entries(expected)) {
      const threshold = parseThreshold(expression);
      assert.ok(Math.abs(threshold.limit - limit) <= limit * 1e-12, expression);
      assert.equal(threshold.expression, expression.trim());
      assert.equal(threshold.variant, undefined);
    }
  });

  test('reads the variant before the metric', () => {
    const { variant, metric, operator } = parseThreshold('http-saturation.p9999 >= 1ns');
    assert.deepEqual(
      { variant, metric, operator },
      {
        variant: 'http-saturation',
        metric: 'p9999',
        operator: '>=',
      },
    );
  });

  test('reads back whatever is put together from valid parts', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(
          ...THRESHOLD_METRICS.filter((metric) => /^(p|m..?|recovery)\d|^m..$/i.test(metric)),
        ),
        fc.constantFrom(...THRESHOLD_OPERATORS),
        fc.nat(1e6),
        fc.option(fc.constantFrom('native', 'sdk-memory', 'x_1'), { nil: undefined }),
        (metric, operator, value, variant) => {
          const prefix = variant === undefined ? '' : `${variant}.`;
          const threshold = parseThreshold(`${prefix}${metric} ${operator} ${value}ns`);
          const { expression: _text, ...parts } = threshold;
          assert.deepEqual(parts, { variant, metric, operator, limit: value });
        },
      ),
    );
  });

  test('refuses what it cannot read, and says what is wrong', () => {
    const expected: Readonly<Record<string, RegExp>> = {
      'p98 < 5ms': /no metric 'p98'\. Did you mean 'p9/,
      'errrors <= 1%': /Did you mean 'errors'/,
      'p99 < 5': /unit of p99 must be one of ns, us, µs, ms, s/,
      'p99 < 5%': /unit of p99/,
      'errors < 5ms': /unit of errors must be one of none, %/,
      'throughput > 5%': /unit of throughput/,
      'p99 < 5constructor': /unit of p99/,
      'errors >= 0%': /would ask for errors/,
      'native.errors > 5%': /would ask for errors/,
      'p99 == 5ms': /write it as/,
      'p99 < -5ms': /write it as/,
      'p99 < ms': /write it as/,
      'p99 < 1e3ms': /unit of p99/,
      '': /write it as/,
      'a.b.p99 < 5ms': /write it as/,
    };
    for (const [expression, message] of Object.entries(expected)) {
      assert.throws(() => parseThreshold(expression), { code: 'ERR_USAGE', message }, expression);
    }
  });
});

test('a threshold holds as its operator says, at its limit too', () => {
  const outcomes = THRESHOLD_OPERATORS.map((operator) => {
    const threshold = parseThreshold(`p99 ${operator} 5ns`);
    return [operator, ...[4, 5, 6].map((observed) => holds(threshold, observed))];
  });
  assert.deepEqual(outcomes, [
    ['<=', true, true, false],
    ['>=', false, true, true],
    ['<', true, false, false],
    ['>', false, false, true],
  ]);
});

test('a threshold applies to its variant, or to all, and never to none', () => {
  const running = ['native', 'json'];
  assert.deepEqual(variantsOf(parseThreshold('p99 < 5ms'), running), running);
  assert.deepEqual(variantsOf(parseThreshold('json.p99 < 5ms'), running), ['json']);
  assert.throws(() => variantsOf(parseThreshold('jsn.p99 < 5ms'), running), {
    code: 'ERR_USAGE',
    message: /variant 'jsn' is not in this run\. Did you mean 'json'/,
  });
});
