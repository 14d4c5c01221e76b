import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  groupByScenario,
  measurementName,
} from '../../../../src/harness/results/scenario-group.ts';
import { sampleScenario, sampleVariant } from '../../../helpers/sample-record.ts';

/** The groups as names alone. */
function groupsOf(...names: string[]): (readonly [string, string[]])[] {
  const records = names.map((name) => sampleScenario(name, [sampleVariant('native', 100)]));
  const groups = groupByScenario(records);
  const grouped = groups.flatMap(({ cases }) => cases.map(({ record }) => record));
  assert.deepEqual(grouped, records, 'nothing is lost, doubled or moved');
  return groups.map(({ name, cases }) => [name, cases.map((each) => each.name)]);
}

describe('groupByScenario', () => {
  test('puts neighbouring cases of a scenario together', () => {
    assert.deepEqual(groupsOf('calc', 'sweep/a', 'sweep/b', 'mixed'), [
      ['calc', ['']],
      ['sweep', ['a', 'b']],
      ['mixed', ['']],
    ]);
    assert.deepEqual(groupsOf(), []);
  });

  test('keeps the order of the run where a scenario comes back later', () => {
    assert.deepEqual(groupsOf('sweep/a', 'calc', 'sweep/b'), [
      ['sweep', ['a']],
      ['calc', ['']],
      ['sweep', ['b']],
    ]);
  });

  test('splits at the first slash, and never leaves a scenario without a name', () => {
    assert.deepEqual(groupsOf('a/b/c', '/x', ''), [
      ['a', ['b/c']],
      ['/x', ['']],
      ['', ['']],
    ]);
  });
});

test('a measurement is named by its case only where there is one', () => {
  assert.equal(measurementName('text-64B', 'json'), 'text-64B on json');
  assert.equal(measurementName('', 'json'), 'json');
});
