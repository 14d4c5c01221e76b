import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { ToolResult } from '../../../src/runtime/index.ts';
import { calculatorService } from '../../../src/services/calculator.ts';
import { startTools, textOf } from './start-tools.ts';

const SEED = 20_260_101;

describe('calculatorService', () => {
  test('answers in words and in numbers', async () => {
    const { call } = await startTools(calculatorService());
    const cases: [string, object, string, number][] = [
      ['add', { a: 1, b: 2 }, '1 + 2 = 3', 3],
      ['multiply', { a: 2, b: 3 }, '2 × 3 = 6', 6],
      ['subtract', { a: 5, b: 3 }, '5 − 3 = 2', 2],
      ['divide', { a: 7, b: 2 }, '7 ÷ 2 = 3.5', 3.5],
      ['sum', { numbers: [1, 2, 3] }, 'sum of 3 numbers = 6', 6],
    ];
    for (const [tool, args, text, result] of cases) {
      assert.deepEqual(await call(tool, args), {
        content: [{ type: 'text', text }],
        structuredContent: { result },
      });
    }
  });

  test('shows the schemas of the guide for add and multiply', async () => {
    const { request } = await startTools(calculatorService());
    const { tools } = (await request('tools/list', {})) as {
      tools: { name: string; description: string; inputSchema: object }[];
    };
    const inputSchema = {
      type: 'object',
      properties: { a: { type: 'number' }, b: { type: 'number' } },
      required: ['a', 'b'],
    };
    for (const [name, description] of [
      ['add', 'Add two numbers'],
      ['multiply', 'Multiply two numbers'],
    ]) {
      const shown = tools.find((tool) => tool.name === name);
      assert.equal(shown?.description, description);
      assert.deepEqual(shown?.inputSchema, inputSchema);
    }
  });

  test('refuses input that is not a finite number', async () => {
    const { call } = await startTools(calculatorService());
    const code = 'ERR_INVALID_PARAMS';
    for (const a of [Number.NaN, Infinity, -Infinity, '1', null, undefined, 1n]) {
      for (const tool of ['add', 'subtract', 'multiply', 'divide']) {
        await assert.rejects(call(tool, { a, b: 1 }), { code }, `${tool} of ${String(a)}`);
      }
      await assert.rejects(call('sum', { numbers: [1, a] }), { code });
    }
    await assert.rejects(call('sum', { numbers: new BigInt64Array(2) }), { code });
  });

  test('has no result for a division by zero', async () => {
    const { failure } = await startTools(calculatorService());
    assert.match(await failure('divide', { a: 1, b: 0 }), /division by zero/);
    assert.match(await failure('divide', { a: 0, b: -0 }), /division by zero/);
  });

  test('has no result beyond the largest number', async () => {
    const { failure } = await startTools(calculatorService());
    const huge = Number.MAX_VALUE;
    assert.match(await failure('add', { a: huge, b: huge }), /no finite number/);
    assert.match(await failure('subtract', { a: -huge, b: huge }), /no finite number/);
    assert.match(await failure('multiply', { a: huge, b: 2 }), /no finite number/);
    assert.match(await failure('divide', { a: huge, b: 0.5 }), /no finite number/);
    assert.match(await failure('sum', { numbers: [huge, huge] }), /no finite number/);
  });

  test('sums a typed array by reference, and finds what is not finite in it', async () => {
    const { result, failure } = await startTools(calculatorService());
    assert.deepEqual(await result('sum', { numbers: Float64Array.of(0.5, 1.5) }), { result: 2 });
    assert.deepEqual(await result('sum', { numbers: new Float64Array() }), { result: 0 });
    for (const bad of [Number.NaN, Infinity]) {
      await failure('sum', { numbers: Float64Array.of(1, bad) });
    }
  });

  test('agrees with JavaScript wherever JavaScript has a finite result', async () => {
    const { call } = await startTools(calculatorService());
    const operations: [string, (a: number, b: number) => number][] = [
      ['add', (a, b) => a + b],
      ['subtract', (a, b) => a - b],
      ['multiply', (a, b) => a * b],
      ['divide', (a, b) => a / b],
    ];
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
    await fc.assert(
      fc.asyncProperty(finite, finite, fc.constantFrom(...operations), async (a, b, operation) => {
        const [tool, compute] = operation;
        checkAgainst(await call(tool, { a, b }), compute(a, b));
      }),
      { seed: SEED },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(finite), async (numbers) => {
        const expected = numbers.reduce((total, one) => total + one, 0);
        checkAgainst(await call('sum', { numbers }), expected);
      }),
      { seed: SEED },
    );
  });

  test('rejects options that make no sense', () => {
    const code = 'ERR_INVALID_OPTION';
    assert.throws(() => calculatorService({ maxMailbox: -1 }), { code });
    assert.throws(() => calculatorService({ maxMailBox: 1 } as object), {
      code,
      message: /Did you mean 'maxMailbox'/,
    });
  });
});

function checkAgainst(reply: ToolResult, expected: number): void {
  if (Number.isFinite(expected)) {
    assert.deepEqual(reply.structuredContent, { result: expected });
    assert.ok(textOf(reply).endsWith(`= ${expected}`));
  } else {
    assert.equal(reply.isError, true);
    assert.equal(reply.structuredContent, undefined);
  }
}
