import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { didYouMean, nearest } from '../../../src/core/nearest.ts';

describe('nearest', () => {
  test('finds the name behind a typing error', () => {
    assert.equal(nearest('calcualtor', ['data', 'calculator', 'file']), 'calculator');
    assert.equal(nearest('ad', ['add', 'multiply']), 'add');
  });

  test('counts two letters that were swapped as one error', () => {
    assert.equal(nearest('jsno', ['slo', 'json']), 'json');
    assert.equal(nearest('varaint', ['payload', 'variants']), 'variants');
    assert.equal(nearest('ab', ['ca', 'ba']), 'ba');
  });

  test('finds the shortest of those that begin so, after one letter that is wrong and before two', () => {
    assert.equal(nearest('conc', ['concurrencies', 'concurrency', 'count-all']), 'concurrency');
    assert.equal(nearest('cap', ['call', 'capacity']), 'capacity');
    assert.equal(nearest('lits', ['litsearch', 'list']), 'list');
    assert.equal(nearest('', ['concurrency']), undefined);
  });

  test('takes a name without its unit for it, misspelled or not', () => {
    assert.equal(nearest('timout', ['signal', 'timeoutMs']), 'timeoutMs');
    assert.equal(nearest('memroyLimit', ['memoryLimitBytes', 'name']), 'memoryLimitBytes');
    assert.equal(nearest('bytes', ['Bytes', 'sizes']), 'Bytes');
  });

  test('finds nothing when no name is near, or there is none', () => {
    assert.equal(nearest('weather', ['add', 'multiply']), undefined);
    assert.equal(nearest('add', []), undefined);
  });

  test('takes any iterable', () => {
    assert.equal(nearest('fil', new Map([['file', 1]]).keys()), 'file');
  });
});

describe('didYouMean', () => {
  test('proposes the nearest name, else lists what exists, else says nothing', () => {
    assert.equal(didYouMean('ad', ['add', 'multiply']), " Did you mean 'add'?");
    assert.equal(didYouMean('weather', ['add', 'multiply']), ' There is: add, multiply.');
    assert.equal(didYouMean('weather', []), '');
  });
});
