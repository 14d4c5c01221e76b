/** Contract, part 1: what a service replies arrives as it was given. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Target, TargetCallOptions } from '../../src/harness/load/target.ts';
import { patternBytes } from '../helpers/contract-service.ts';
import { type ContractBench, structureOf, toolParams } from './contract-bench.ts';

const MIB = 2 ** 20;

type Request = readonly [method: string, params?: unknown, options?: TargetCallOptions];

/** Requests whose replies, or errors, are those of the native variant in every member. */
const ALIKE: Readonly<Record<string, Request>> = {
  'text and structure': ['tools/call', toolParams('echo', { text: 'hello', list: [1, null] })],
  'a result with an output schema': ['tools/call', toolParams('add', { a: 1, b: 2 })],
  'a call without arguments': ['tools/call', toolParams('echo')],
  'text beyond ASCII': ['tools/call', toolParams('echo', { text: 'ü ✓ 😀 \u2028 \0 \ud83d' })],
  '1 MiB of text': ['tools/call', toolParams('echo', { text: 'é'.repeat(MIB / 2) })],
  '1 MiB of bytes': ['tools/call', toolParams('bytes', { sizeBytes: MIB })],
  'no bytes': ['tools/call', toolParams('bytes', { sizeBytes: 0 })],
  'a tool that fails': ['tools/call', toolParams('fail', { message: 'no such file' })],
  'a tool that returns nothing': ['tools/call', toolParams('mute', {})],
  'the list of tools': ['tools/list'],
  'the list of tools by its native name': ['list_tools'],
  'the list of resources': ['resources/list'],
  'a text resource': ['resources/read', { uri: 'contract://text' }],
  'a binary resource': ['resources/read', { uri: 'contract://blob' }],
  'the list of prompts': ['prompts/list'],
  'a prompt': ['prompts/get', { name: 'greet', arguments: { who: 'you' } }],
  'a ping': ['ping'],
  'a method of its own': ['whoami', { a: [1, { b: null }] }],
  'a method that replies with text': ['bare', { reply: 'text' }],
  'a method that replies with nothing': ['bare', {}],
  'metadata of the call': ['whoami', {}, { meta: { trace: 'abc' } }],
  'metadata of params and call': ['whoami', { _meta: { a: 1, b: 1 } }, { meta: { b: 2 } }],
  'a progress token': ['whoami', {}, { progressToken: 'mine' }],
  'an unknown tool': ['tools/call', toolParams('ehco')],
  'a missing argument': ['tools/call', toolParams('add', { a: 1 })],
  'an unknown method': ['tools/cal', {}],
  'an unknown resource': ['resources/read', { uri: 'contract://nothing' }],
  'an unknown prompt': ['prompts/get', { name: 'nothing' }],
  'a deadline of zero': ['ping', {}, { timeoutMs: 0 }],
};

export function testResults(bench: ContractBench): void {
  describe('replies', () => {
    test('with the text and the structure that the tool gave', async () => {
      const args = { text: 'grüße 😀', numbers: [0.1, -1, 1e21], nested: { nothing: null } };
      assert.deepStrictEqual(await bench.tool('many', 'echo', args), {
        content: [{ type: 'text', text: JSON.stringify(args) }],
        structuredContent: args,
      });
    });

    test('with bytes as a Uint8Array, to the last of 1 MiB', async () => {
      const result = (await bench.tool('many', 'bytes', { sizeBytes: MIB })) as {
        content: { resource: { blob: unknown } }[];
      };
      assert.deepStrictEqual(result.content[0]?.resource.blob, patternBytes(MIB));
    });

    test('to a tool that fails with a result that says so', async () => {
      assert.deepStrictEqual(await bench.tool('many', 'fail', { message: 'no such file' }), {
        content: [{ type: 'text', text: 'no such file' }],
        isError: true,
      });
    });

    test('with the counters of get_stats', async () => {
      const before = await statsOf(bench.target);
      await bench.tool('many', 'echo');
      const after = await statsOf(bench.target);
      assert.deepEqual(Object.keys(after), Object.keys(await statsOf(bench.native)));
      // The first get_stats and the echo.
      assert.equal(after['requestCount'], (before['requestCount'] as number) + 2);
    });

    test('to an operation that was prepared as to a call', async () => {
      const invoke = bench.target.prepare({
        name: 'add',
        service: 'many',
        tool: 'add',
        input: () => undefined,
        check: () => undefined,
      });
      const reply = await invoke(toolParams('add', { a: 20, b: 22 }));
      assert.deepEqual(structureOf(reply), { sum: 42 });
    });

    for (const [what, request] of Object.entries(ALIKE)) {
      test(`as native does, in every member: ${what}`, async () => {
        assert.deepStrictEqual(
          await outcomeOf(bench.target, request),
          await outcomeOf(bench.native, request),
        );
      });
    }
  });
}

/** What a program can see of the end of a call. */
async function outcomeOf(target: Target, request: Request): Promise<unknown> {
  try {
    return { reply: await target.call('many', ...request) };
  } catch (error) {
    const { name, code, retryable, message, data } = error as Record<string, unknown>;
    return { name, code, retryable, message, data };
  }
}

async function statsOf(target: Target): Promise<Record<string, unknown>> {
  return (await target.call('many', 'get_stats')) as Record<string, unknown>;
}
