import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { matchesPattern } from '../../../../../src/runtime/dispatch/access/name-pattern.ts';

/** The same by a regular expression, which a hostile name could stall. */
function matchesNaively(pattern: string, name: string): boolean {
  const source = pattern.split('*').map((part) => part.replace(/[^a-z]/g, '\\$&'));
  return new RegExp(`^${source.join('.*')}$`, 's').test(name);
}

describe('matchesPattern', () => {
  test('matches a name as it is, and a star any characters or none', () => {
    const cases: [pattern: string, name: string, matches: boolean][] = [
      ['add', 'add', true],
      ['add', 'Add', false],
      ['add', 'adder', false],
      ['add*', 'add', true],
      ['tools/*', 'tools/call', true],
      ['*', '', true],
      ['*', 'resources/read', true],
      ['a*b*c', 'aXbYbZc', true],
      ['a*b*c', 'aXcYb', false],
      ['*ab', 'aab', true],
      ['a.c', 'abc', false],
      ['', 'a', false],
      ['list_*', '*', false],
      ['a*', '*a', false],
    ];
    for (const [pattern, name, matches] of cases) {
      assert.equal(matchesPattern(pattern, name), matches, `${pattern} ~ ${name}`);
    }
  });

  test('agrees with a regular expression on every pattern and name', () => {
    const text = (unit: string[]) => fc.string({ unit: fc.constantFrom(...unit), maxLength: 8 });
    fc.assert(
      fc.property(text(['a', 'b', '*', '/']), text(['a', 'b', '/', '*']), (pattern, name) => {
        assert.equal(matchesPattern(pattern, name), matchesNaively(pattern, name));
      }),
      { numRuns: 2_000, seed: 5 },
    );
  });

  test('is not stalled by a name made for it', () => {
    // A regular expression would try 2^30 ways before it says no.
    assert.equal(matchesPattern('*a'.repeat(30), `${'a'.repeat(5_000)}b`), false);
  });
});
