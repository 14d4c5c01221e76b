import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { methodOf, planCalls } from '../../../../src/harness/load/call-plan.ts';
import { seededRandom } from '../../../../src/harness/stats/random.ts';
import { echoCase, echoOperation } from '../../../helpers/fake-target.ts';

const random = echoOperation({ name: 'random', input: (next) => Math.floor(next() * 1e9) });

describe('planCalls', () => {
  test('draws the same plan from the same seed, and another from another', () => {
    const plan = (seed: number) =>
      planCalls(echoCase({ operations: [random], inputs: 50 }), seededRandom(seed)).map(
        ({ input }) => input,
      );
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        assert.deepEqual(plan(seed), plan(seed));
        assert.notDeepEqual(plan(seed), plan(seed + 1));
      }),
      { numRuns: 20 },
    );
  });

  test('repeats operations in order, as often as they weigh, in whole turns', () => {
    const operations = [echoOperation({ name: 'a', weight: 2 }), echoOperation({ name: 'b' })];
    const plan = planCalls(echoCase({ operations, order: 'in-order', inputs: 4 }), seededRandom(1));
    assert.deepEqual(
      plan.map(({ operation }) => operation.name),
      ['a', 'a', 'b', 'a', 'a', 'b'],
    );
  });

  test('has the mix of the weights in every stretch, so that a slow variant is asked the same', () => {
    const operations = [
      echoOperation({ name: 'rare', weight: 1 }),
      echoOperation({ name: 'usual', weight: 9 }),
    ];
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 900 }), (seed, start) => {
        const plan = planCalls(
          echoCase({ operations, order: 'shuffled', inputs: 1_000 }),
          seededRandom(seed),
        );
        const rare = plan
          .slice(start, start + 100)
          .filter(({ operation }) => operation.name === 'rare').length;
        assert.ok(rare >= 9 && rare <= 11, `${rare} of 100`);
      }),
    );
  });

  test('shuffles each deck anew', () => {
    const operations = [echoOperation({ name: 'a' }), echoOperation({ name: 'b' })];
    const plan = planCalls(
      echoCase({ operations, order: 'shuffled', inputs: 100 }),
      seededRandom(1),
    );
    const firsts = plan
      .filter((_, index) => index % 2 === 0)
      .map(({ operation }) => operation.name);
    assert.deepEqual(new Set(firsts), new Set(['a', 'b']));
  });

  test('holds every operation, however few inputs were asked for', () => {
    const operations = [
      echoOperation({ name: 'usual', weight: 50 }),
      echoOperation({ name: 'rare', weight: 1 }),
    ];
    const plan = planCalls(echoCase({ operations, order: 'shuffled', inputs: 4 }), seededRandom(1));
    assert.equal(plan.filter(({ operation }) => operation.name === 'rare').length, 1);
  });

  test('makes 1,024 shuffled calls unless told otherwise', () => {
    const { operations } = echoCase();
    assert.equal(planCalls({ name: '', operations }, seededRandom(1)).length, 1_024);
  });

  test('puts the tool around the input, and sends the input of a method as it is', () => {
    const { tool: _tool, ...methodOnly } = echoOperation({ method: 'whoami' });
    const operations = [echoOperation(), methodOnly];
    const [call, own] = planCalls(echoCase({ operations, inputs: 2 }), seededRandom(1));
    assert.deepEqual(call?.params, { name: 'echo', arguments: 0 });
    assert.deepEqual(own?.params, 1);
    assert.deepEqual(operations.map(methodOf), ['tools/call', 'whoami']);
  });
});
