import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { CallList, type CallListNode } from '../../../../src/runtime/dispatch/call-list.ts';

class Item implements CallListNode {
  list: object | null = null;
  listPrevious: CallListNode | null = null;
  listNext: CallListNode | null = null;
}

describe('CallList', () => {
  test('gives calls back in order of arrival', () => {
    const list = new CallList<Item>();
    const items = [new Item(), new Item(), new Item()];
    for (const item of items) list.push(item);
    assert.deepEqual([list.shift(), list.shift(), list.shift()], items);
    assert.equal(list.shift(), undefined);
  });

  test('refuses to take out a call that is in another list, or in none', () => {
    const one = new CallList<Item>();
    const other = new CallList<Item>();
    const item = new Item();
    one.push(item);
    assert.equal(other.remove(item), false);
    assert.equal(one.size, 1);
    assert.equal(one.remove(item), true);
    assert.equal(one.remove(item), false);
  });

  test('agrees with an array on every history', () => {
    const anyStep = fc.oneof(
      fc.record({ kind: fc.constant('push' as const), list: fc.nat(1) }),
      fc.record({ kind: fc.constant('shift' as const), list: fc.nat(1) }),
      fc.record({ kind: fc.constant('remove' as const), list: fc.nat(1), pick: fc.nat() }),
    );
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 80 }), (steps) => {
        const lists = [new CallList<Item>(), new CallList<Item>()] as const;
        const models: [Item[], Item[]] = [[], []];
        const free: Item[] = [];
        const all: Item[] = [];
        for (const step of steps) {
          const list = lists[step.list as 0 | 1];
          const model = models[step.list as 0 | 1];
          if (step.kind === 'push') {
            const item = free.pop() ?? new Item(); // items are used again, as calls are
            if (!all.includes(item)) all.push(item);
            list.push(item);
            model.push(item);
          } else if (step.kind === 'shift') {
            const item = list.shift();
            assert.equal(item, model.shift());
            if (item !== undefined) free.push(item);
          } else {
            const item = all[step.pick % Math.max(1, all.length)];
            if (item === undefined) continue;
            const index = model.indexOf(item);
            assert.equal(list.remove(item), index >= 0);
            if (index >= 0) free.push(...model.splice(index, 1));
          }
          assert.deepEqual(
            [lists[0].size, lists[1].size],
            models.map((items) => items.length),
          );
        }
        for (const index of [0, 1] as const) {
          for (const expected of models[index]) assert.equal(lists[index].shift(), expected);
          assert.equal(lists[index].shift(), undefined);
        }
      }),
    );
  });
});
