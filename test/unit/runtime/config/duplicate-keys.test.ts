import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { duplicateKeys } from '../../../../src/runtime/config/duplicate-keys.ts';

describe('duplicateKeys', () => {
  test('names what an object has twice, with its path, each once', () => {
    assert.deepEqual(duplicateKeys('{"port":1,"port":2,"a":{"b":[{"c":1},{"c":1,"c":2,"c":3}]}}'), [
      'port',
      'a.b[1].c',
    ]);
  });

  test('goes by what a key says, however it is written', () => {
    assert.deepEqual(duplicateKeys('{"a":1,"\\u0061":2}'), ['a']);
    assert.deepEqual(duplicateKeys('{"":1,"":2,"__proto__":1,"__proto__":2}'), ['', '__proto__']);
  });

  test('takes the same key in several objects, and texts that look like keys, for nothing', () => {
    for (const text of [
      '"a"',
      '[]',
      '{}',
      '1',
      'null',
      '["a","a"]',
      '{"a":{"a":"a"},"b":{"a":1}}',
    ]) {
      assert.deepEqual(duplicateKeys(text), []);
    }
    assert.deepEqual(duplicateKeys('{"a":"{\\"a\\":1,\\"a\\":2}","b":["{","}",","]}'), []);
  });

  test('finds nothing in what a value was written as, and one key that is put in again', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), (value) => {
        const text = JSON.stringify(value);
        assert.deepEqual(duplicateKeys(text), []);
        const [key = ''] = Object.keys(JSON.parse(text) as object);
        const twice = `${text.slice(0, -1)},${JSON.stringify(key)}:{}}`;
        assert.deepEqual(duplicateKeys(twice), [key]);
      }),
      { seed: 11 },
    );
  });
});
