import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  formatBytes,
  formatCount,
  formatInterval,
  formatNs,
  formatNumber,
  formatRatio,
  formatShort,
} from '../../../../src/harness/report/units.ts';

const MAX = Number.MAX_VALUE;

function each<T>(format: (value: T) => string, cases: readonly (readonly [T, string])[]): void {
  for (const [value, text] of cases) assert.equal(format(value), text);
}

describe('units', () => {
  test('write times with three digits in the unit that fits', () => {
    each(formatNs, [
      [0, '0 ns'],
      [0.5, '0.50 ns'],
      [48.21, '48.2 ns'],
      [999.4, '999 ns'],
      [999.7, '1.00 µs'],
      [1_000, '1 µs'],
      [20_840, '20.8 µs'],
      [8_240_000, '8.24 ms'],
      [61_500_000_000, '61.5 s'],
      [3.6e12, '3600 s'],
    ]);
  });

  test('write sizes in powers of 1,024', () => {
    each(formatBytes, [
      [0, '0 B'],
      [16.4, '16 B'],
      [1_023, '1023 B'],
      [1_024, '1 KiB'],
      [1_737, '1.70 KiB'],
      [1_048_576, '1 MiB'],
      [8 * 2 ** 30, '8 GiB'],
    ]);
  });

  test('write counts and numbers', () => {
    each(formatCount, [
      [1_000_000, '1,000,000'],
      [3, '3'],
    ]);
    each(formatShort, [
      [268.2, '268'],
      [999.9, '1.00k'],
      [20_700_000, '20.7M'],
    ]);
    each(formatNumber, [
      [0.012345, '0.01235'],
      [6_560_000, '6,560,000'],
    ]);
  });

  test('write the ends of an interval in the unit of its median', () => {
    each(formatInterval, [
      [{ median: 1_230_000, low: 998_000, high: 1_260_000 }, '1.23M [1.00–1.26]'],
      [{ median: 12, low: 11.62, high: 12.4 }, '12.0 [11.6–12.4]'],
      [{ median: 610, low: 591.2, high: 628 }, '610 [591–628]'],
      [{ median: 7, low: 0, high: MAX }, '7.00'],
    ]);
  });

  test('write a ratio as times as fast, or as slow where that is certain', () => {
    each(formatRatio, [
      [{ ratio: 33.83, low: 32.8, high: 34.8 }, '×33.8 [32.8–34.8]'],
      [{ ratio: 0.004, low: 0.0035, high: 0.005 }, '÷250 [200–286]'],
      [{ ratio: 0.98, low: 0.95, high: 1.02 }, '×0.98 [0.95–1.02]'],
      [{ ratio: 0.25, low: 0, high: MAX }, '÷4.00'],
      [{ ratio: 4, low: 0, high: MAX }, '×4.00'],
    ]);
  });
});
