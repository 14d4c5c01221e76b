import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type ShapeNode,
  ShapeTable,
} from '../../../../../src/runtime/scheduler/codec/shape-table.ts';
import { MAX_SHAPE_KEYS, MAX_SHAPES } from '../../../../../src/runtime/scheduler/codec/tags.ts';

/** Follows the keys as far as the table has them, as a writer does. */
function walk(table: ShapeTable, keys: readonly string[]): ShapeNode | null {
  let node: ShapeNode | null = table.root;
  for (const key of keys) {
    if (node.firstKey === key) node = node.first;
    else if (node.secondKey === key) node = node.second;
    else node = table.step(node, key);
    if (node === null) return null;
  }
  return node;
}

describe('ShapeTable', () => {
  test('has a list of keys once it has come as often as it has keys', () => {
    const table = new ShapeTable();
    const keys = ['a', 'b', 'c'];
    for (let i = 0; i < keys.length; i++) assert.equal(walk(table, keys), null);
    assert.deepEqual(walk(table, keys)?.keys(), keys);
  });

  test('tells lists apart that begin alike, however many there are', () => {
    const table = new ShapeTable();
    const lists = Array.from({ length: 50 }, (_, i) => ['same', `key ${i}`]);
    for (let round = 0; round < 3; round++) for (const keys of lists) walk(table, keys);
    for (const keys of lists) assert.deepEqual(walk(table, keys)?.keys(), keys);
  });

  test('is full in the end, and grows no more until it has forgotten', () => {
    const table = new ShapeTable();
    for (let i = 0; i < MAX_SHAPES; i++) {
      assert.ok(!table.isFull);
      assert.equal(walk(table, [`id-${i}`]), null);
    }
    assert.ok(table.isFull);
    walk(table, ['one more']);
    assert.equal(walk(table, ['one more']), null);
    table.forgetAll();
    walk(table, ['one more']);
    assert.deepEqual(walk(table, ['one more'])?.keys(), ['one more']);
  });

  test('does not take a dictionary for a shape', () => {
    const table = new ShapeTable();
    const keys = Array.from({ length: MAX_SHAPE_KEYS + 1 }, (_, i) => `key ${i}`);
    for (let i = 0; i < 2 * keys.length; i++) assert.equal(walk(table, keys), null);
    assert.deepEqual(walk(table, keys.slice(0, -1))?.keys(), keys.slice(0, -1));
  });

  test('numbers what it learns, and takes the last back', () => {
    const table = new ShapeTable();
    const root = table.root;
    walk(table, ['a']);
    const a = walk(table, ['a']) as ShapeNode;
    assert.deepEqual([table.learn(root), table.learn(a)], [0, 1]);
    table.unlearn(1);
    assert.deepEqual([table.size, root.shape, a.shape], [1, 0, -1]);
  });
});
