import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  requireAtLeast,
  requireFunction,
  requireInteger,
  requireKnownKeys,
  requireName,
  requireOneOf,
  requirePositive,
} from '../../../src/core/options.ts';

function refuses(check: () => unknown, message: string): void {
  assert.throws(check, { code: 'ERR_INVALID_OPTION', message });
}

describe('requireInteger', () => {
  test('returns an integer within both limits', () => {
    assert.equal(requireInteger('n', 0, 0), 0);
    assert.equal(requireInteger('n', 7, 0, 7), 7);
  });

  test('says what was given and what is allowed', () => {
    refuses(() => requireInteger('n', -1, 0), 'n must be an integer >= 0, got -1');
    refuses(() => requireInteger('n', 8, 1, 7), 'n must be an integer from 1 to 7, got 8');
    refuses(() => requireInteger('n', 1.5, 0), 'n must be an integer >= 0, got 1.5');
    refuses(() => requireInteger('n', '3', 0), "n must be an integer >= 0, got '3'");
    refuses(() => requireInteger('n', NaN, 0), 'n must be an integer >= 0, got NaN');
    refuses(() => requireInteger('n', Infinity, 0), 'n must be an integer >= 0, got Infinity');
  });
});

describe('requirePositive', () => {
  test('allows Infinity, refuses zero, NaN and what is no number', () => {
    assert.equal(requirePositive('ms', 0.1), 0.1);
    assert.equal(requirePositive('ms', Infinity), Infinity);
    refuses(() => requirePositive('ms', 0), 'ms must be a number > 0, got 0');
    refuses(() => requirePositive('ms', NaN), 'ms must be a number > 0, got NaN');
    refuses(() => requirePositive('ms', '5'), "ms must be a number > 0, got '5'");
  });
});

describe('requireAtLeast', () => {
  test('includes its limits and refuses what is not finite', () => {
    assert.equal(requireAtLeast('x', 1, 1), 1);
    assert.equal(requireAtLeast('x', 1, 0, 1), 1);
    refuses(() => requireAtLeast('x', 0.5, 1), 'x must be a number >= 1, got 0.5');
    refuses(() => requireAtLeast('x', 1.1, 0, 1), 'x must be a number from 0 to 1, got 1.1');
    refuses(() => requireAtLeast('x', Infinity, 1), 'x must be a number >= 1, got Infinity');
    refuses(() => requireAtLeast('x', undefined, 1), 'x must be a number >= 1, got undefined');
  });
});

describe('requireName', () => {
  test('refuses the empty string and what is no string', () => {
    assert.equal(requireName('name', 'x'), 'x');
    refuses(() => requireName('name', ''), "name must be a non-empty string, got ''");
    refuses(() => requireName('name', 5), 'name must be a non-empty string, got 5');
  });
});

describe('requireFunction', () => {
  test('refuses what cannot be called', () => {
    requireFunction('f', () => {});
    refuses(() => requireFunction('f', {}), 'f must be a function, got {}');
  });
});

describe('requireOneOf', () => {
  test('returns the choice and proposes the nearest for a typing error', () => {
    assert.equal(requireOneOf('copy', 'clone', ['freeze', 'clone']), 'clone');
    refuses(
      () => requireOneOf('copy', 'clon', ['freeze', 'clone']),
      "copy must be one of freeze, clone, got 'clon'. Did you mean 'clone'?",
    );
    refuses(
      () => requireOneOf('copy', 1, ['freeze', 'clone']),
      'copy must be one of freeze, clone, got 1.',
    );
  });
});

describe('requireKnownKeys', () => {
  test('refuses an unknown key with the nearest known one', () => {
    requireKnownKeys('options', { a: 1 }, ['a', 'b']);
    refuses(
      () => requireKnownKeys('options', { handlr: 1 }, ['handler', 'name']),
      "options has an unknown key 'handlr'. Did you mean 'handler'?",
    );
  });

  test('refuses what is no object', () => {
    refuses(() => requireKnownKeys('options', null, []), 'options must be an object, got null');
    refuses(() => requireKnownKeys('options', [], []), 'options must be an object, got []');
    refuses(() => requireKnownKeys('options', 'x', []), "options must be an object, got 'x'");
  });
});
