import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ChunkSize } from '../../../../src/runtime/scheduler/chunk-size.ts';

describe('ChunkSize', () => {
  test('is 64 of what is small', () => {
    const size = new ChunkSize();
    assert.equal(size.count, 64);
    size.learn(64, 64 * 512);
    assert.equal(size.count, 64);
  });

  test('shrinks to what fits 32 KiB, and to two at least', () => {
    const size = new ChunkSize();
    size.learn(64, 64 * 4_096);
    assert.equal(size.count, 8);
    size.learn(8, 8_000_000);
    assert.equal(size.count, 2);
  });

  test('grows again when what is sent gets smaller', () => {
    const size = new ChunkSize();
    size.learn(64, 64_000_000);
    size.learn(2, 2 * 1_024);
    assert.equal(size.count, 32);
    size.learn(32, 0);
    assert.equal(size.count, 64);
  });
});
