import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { dependenceOfRounds } from '../../../../src/harness/stats/dependent-rounds.ts';
import { seededRandom } from '../../../../src/harness/stats/random.ts';
import { swingingTimes } from '../../../helpers/swinging-times.ts';

/** Share of rows in which dependence is found. */
function foundShare(rounds: number, kept: number, looks = 1): number {
  const random = seededRandom(5);
  const tries = 1_000;
  let found = 0;
  for (let i = 0; i < tries; i++) {
    if (dependenceOfRounds(swingingTimes(rounds, kept, random), looks) !== undefined) found++;
  }
  return found / tries;
}

describe('dependenceOfRounds', () => {
  test('cries wolf over hardly any independent rounds, be there one row of them or many', () => {
    assert.ok(foundShare(20, 0) <= 0.01);
    assert.ok(foundShare(60, 0) <= 0.01);
    assert.ok(foundShare(30, 0, 30) <= 0.001);
  });

  test('finds rounds that a slow swing passes through, most of them from 20 rounds on', () => {
    assert.ok(foundShare(20, 0.9) > 0.65);
    assert.ok(foundShare(30, 0.9) > 0.9);
    assert.ok(foundShare(60, 0.9, 30) > 0.9);
  });

  test('says nothing of fewer rounds, of which it would find next to none', () => {
    assert.equal(foundShare(19, 0.9), 0);
  });

  test('takes no dependence for one that alternates: it makes no interval too narrow', () => {
    assert.equal(foundShare(40, -0.8), 0);
  });
});
