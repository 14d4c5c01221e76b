import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseWorkload } from '../../../../src/harness/capacity/workload.ts';

describe('parseWorkload', () => {
  test('multiplies agents, calls a turn and turns a minute', () => {
    const workload = parseWorkload('400 agents, 6 calls a turn, 2 turns a minute, burst 3x');
    assert.equal(workload.meanRatePerSecond, 80);
    assert.equal(workload.peakRatePerSecond, 240);
    assert.equal(workload.burst, 3);
  });

  test('takes parts in any order, and words as people write them', () => {
    const rates = [
      'burst 3×, 2 turns per minute; 6 calls/turn, 400 users',
      '1 turn each minute, 12 calls a turn, 400 agents',
      '4,800 calls a minute',
      '80 calls a second',
      '288_000 calls an hour',
    ].map((text) => parseWorkload(text).meanRatePerSecond);
    assert.deepEqual(rates, [80, 80, 80, 80, 80]);
  });

  test('follows a chain that names who turns', () => {
    const text = '50 sessions, 4 turns a session, 3 sessions a minute, 2 calls a turn';
    assert.throws(() => parseWorkload(text), /'sessions' leads nowhere/);
    assert.equal(
      parseWorkload('100 users, 3 sessions an hour, 4 turns a session, 3 calls a turn')
        .meanRatePerSecond,
      1,
    );
  });

  const refused: readonly (readonly [string, RegExp])[] = [
    ['400 agents, 6 calls a turn', /how many turns there are in a stretch of time/],
    ['400 agents', /how many calls there are/],
    ['', /write '' as/],
    ['400 agnets, 2 calls a minute', /'agnets' is none of .*Did you mean 'agents'/],
    ['2 calls a fortnight', /'fortnight' is none of/],
    ['0 agents, 2 calls a minute', /a number > 0/],
    ['2 calls a minute, 3 calls a second', /twice how many calls/],
    ['2 calls a minute, 3 turns a second', /'turns' leads nowhere/],
    ['2 calls a minute, burst 0.5x', /at least 1x/],
    ['2 calls a minute, burst 2x, burst 3x', /two bursts/],
    ['lots of calls', /write 'lots of calls' as/],
  ];
  for (const [text, message] of refused) {
    test(`refuses '${text}'`, () => {
      assert.throws(() => parseWorkload(text), { code: 'ERR_USAGE', message });
    });
  }
});
