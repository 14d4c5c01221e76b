import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { heldRemarks } from '../../../../src/harness/report/open-table.ts';
import { openVariant, sampleVariant } from '../../../helpers/sample-record.ts';

describe('heldRemarks', () => {
  test('gives the share of the way as far as histograms tell it, and never as nothing', () => {
    const remarkOf = (serviceNs: number, heldNs: number) =>
      heldRemarks(
        openVariant('native', {
          serviceNs: sampleVariant('native', serviceNs).latencyNs,
          heldNs: sampleVariant('native', heldNs).latencyNs,
        }),
      ).join();
    assert.match(remarkOf(50.9e6, 50e6), /the way there and back took 900 µs \(p50\)$/);
    assert.match(remarkOf(50.9e6, 10e6), /had calls for 10 ms \(p50\) and 40 ms \(p99\);/);
    assert.match(remarkOf(50e6, 50e6), /the way there and back took less than 50 µs \(p50\)$/);
    assert.match(remarkOf(50e6, 50.01e6), /took less than 50 µs/);
  });
});
