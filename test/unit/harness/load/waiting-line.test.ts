import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { OpenSlice } from '../../../../src/harness/load/open-recorder.ts';
import { WaitingLine } from '../../../../src/harness/load/waiting-line.ts';

describe('WaitingLine', () => {
  test('serves in order of coming, however the line grows and shrinks', () => {
    const slice = new OpenSlice();
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 200 }), (comings) => {
        const line = new WaitingLine();
        const naive: number[] = [];
        for (const [index, isComing] of comings.entries()) {
          if (isComing) {
            line.push(index, slice);
            naive.push(index);
          } else if (naive.length > 0) {
            assert.equal(line.first().intendedMs, naive.shift());
            line.shift();
          }
          assert.equal(line.length, naive.length);
        }
      }),
    );
  });
});
