import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { handOver } from '../../../../src/runtime/dispatch/ownership.ts';

describe('handOver', () => {
  test('passes the thing itself by reference', () => {
    const value = { rows: [1, 2] };
    assert.equal(handOver(value, 'reference'), value);
    assert.equal(Object.isFrozen(value), false);
  });

  test('freezes the thing itself, all the way down', () => {
    const value = { rows: [{ id: 1 }], [Symbol.for('tag')]: { x: 1 } };
    assert.equal(handOver(value, 'freeze'), value);
    assert.throws(() => value.rows.push({ id: 2 }), TypeError);
    assert.throws(() => Object.assign(value.rows[0] ?? {}, { id: 3 }), TypeError);
    assert.equal(Object.isFrozen(value[Symbol.for('tag')]), true);
  });

  test('freezes what lies below a thing that was frozen already', () => {
    const value = Object.freeze({ inner: { x: 1 } });
    handOver(value, 'freeze');
    assert.equal(Object.isFrozen(value.inner), true);
  });

  test('freezes what refers to itself', () => {
    const value: { self?: object } = {};
    value.self = value;
    handOver(value, 'freeze');
    assert.equal(Object.isFrozen(value), true);
  });

  test('refuses to freeze what is nested too deep', () => {
    let value = {};
    for (let depth = 0; depth < 200_000; depth++) value = { value };
    assert.throws(() => handOver(value, 'freeze'), {
      code: 'ERR_INVALID_PARAMS',
      message: /cannot be frozen: it is nested too deep/,
    });
  });

  test('leaves bytes as they are when freezing, since JavaScript cannot freeze them', () => {
    const value = { bytes: new Uint8Array(2), scores: new Float64Array(2) };
    handOver(value, 'freeze');
    value.bytes[0] = 7;
    assert.equal(value.bytes[0], 7);
  });

  test('clones deeply, bytes included', () => {
    const value = { rows: [{ id: 1 }], bytes: new Uint8Array([1, 2]) };
    const copy = handOver(value, 'clone');
    assert.deepEqual(copy, value);
    assert.notEqual(copy.rows[0], value.rows[0]);
    assert.notEqual(copy.bytes.buffer, value.bytes.buffer);
  });

  test('takes primitives in every mode', () => {
    for (const mode of ['reference', 'freeze', 'clone'] as const) {
      assert.deepEqual(
        [1, 'x', null, undefined].map((value) => handOver(value, mode)),
        [1, 'x', null, undefined],
      );
    }
  });

  test('says what cannot be cloned', () => {
    assert.throws(() => handOver({ callback() {} }, 'clone'), {
      code: 'ERR_INVALID_PARAMS',
      message: /cannot be cloned.*copy: 'clone'/s,
    });
  });
});
