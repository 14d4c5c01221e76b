/** Whatever lies between, a call ends as a native call of the same service ends. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { SdkCaller } from '../../../src/mcp/index.ts';
import { type CallOptions, NativeTransport, type Progress } from '../../../src/runtime/index.ts';
import { ROUTES, type Route } from '../../helpers/contract-routes.ts';
import { contractService, patternBytes } from '../../helpers/contract-service.ts';

type Call = (method: string, params?: unknown, options?: CallOptions) => Promise<unknown>;

const MIB = 2 ** 20;
const CONCURRENCY = 64;

/** What a call came to: its reply, or what a program can see of its error. */
async function outcomeOf(call: Call, ...args: Parameters<Call>): Promise<unknown> {
  try {
    return { reply: await call(...args) };
  } catch (error) {
    const { name, code, message, data } = error as Record<string, unknown>;
    return { name, code, message, data };
  }
}

function tool(name: string, args: object = {}) {
  return { name, arguments: args };
}

async function countsOf(caller: SdkCaller) {
  return (await caller.call('counts')) as { counter: number; aborted: number };
}

/** Waits until the service has seen `aborted` of its handlers abort. */
async function untilAborted(caller: SdkCaller, aborted: number): Promise<void> {
  for (let attempt = 0; attempt < 1_000; attempt++) {
    if ((await countsOf(caller)).aborted >= aborted) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.fail(`fewer than ${aborted} handlers aborted`);
}

for (const [name, open] of Object.entries(ROUTES)) {
  describe(`a call by ${name}`, () => {
    let route: Route;
    let native: NativeTransport;
    let caller: SdkCaller;
    const byRoute: Call = (...args) => caller.call(...args);
    const byNative: Call = (...args) => native.call('contract', ...args);

    before(async () => {
      native = new NativeTransport();
      const options = { concurrency: CONCURRENCY };
      await native.start(contractService(options));
      route = await open(options);
      caller = route.caller;
    });

    after(async () => {
      await route.close();
      await native.stop();
    });

    const alike: readonly (readonly [string, ...Parameters<Call>])[] = [
      ['a tool result', 'tools/call', tool('echo', { text: 'ü😀', list: [1, { a: null }] })],
      ['a result with an output schema', 'tools/call', tool('add', { a: 1, b: 2 })],
      ['a tool without arguments', 'tools/call', { name: 'echo' }],
      ['a tool error', 'tools/call', tool('fail', { message: 'no such file' })],
      ['1 MiB of text', 'tools/call', tool('echo', { text: 'x'.repeat(MIB) })],
      ['1 MiB of bytes', 'tools/call', tool('bytes', { sizeBytes: MIB })],
      ['no bytes', 'tools/call', tool('bytes', { sizeBytes: 0 })],
      ['the list of tools', 'tools/list'],
      ['the list of tools by its native name', 'list_tools'],
      ['the list of resources', 'resources/list'],
      ['a text resource', 'resources/read', { uri: 'contract://text' }],
      ['a binary resource', 'resources/read', { uri: 'contract://blob' }],
      ['the list of prompts', 'prompts/list'],
      ['a prompt', 'prompts/get', { name: 'greet', arguments: { who: 'you' } }],
      ['a ping', 'ping'],
      ['a method of its own', 'whoami', { a: 1 }],
      ['a method without params', 'whoami'],
      ['metadata', 'whoami', {}, { meta: { trace: 'abc' } }],
      ['metadata of params and call', 'whoami', { _meta: { a: 1, b: 1 } }, { meta: { b: 2 } }],
      ['a progress token', 'whoami', {}, { progressToken: 'mine' }],
      ['a token of a caller who listens', 'whoami', {}, { progressToken: 7, onProgress() {} }],
      ['a listener without a token', 'whoami', {}, { onProgress() {} }],
      ['a reply that is text', 'bare', { reply: 'text' }],
      ['a reply that is a list', 'bare', { reply: [1, 2] }],
      ['a reply that is nothing', 'bare', {}],
      ['no deadline', 'tools/call', tool('slow', { ms: 5 }), { timeoutMs: Infinity }],
      ['an unknown tool', 'tools/call', tool('ehco')],
      ['a missing argument', 'tools/call', tool('add', { a: 1 })],
      ['an argument of the wrong type', 'tools/call', tool('add', { a: 1, b: 'two' })],
      ['an unknown method', 'tools/cal', {}],
      ['an MCP method that it lacks', 'resources/templates/list', {}],
      ['an unknown resource', 'resources/read', { uri: 'contract://nothing' }],
      ['a resource without uri', 'resources/read', {}],
      ['an unknown prompt', 'prompts/get', { name: 'nothing' }],
      ['a prompt without its argument', 'prompts/get', { name: 'greet' }],
      ['a deadline that passes', 'tools/call', tool('slow', { ms: 10_000 }), { timeoutMs: 30 }],
      ['a deadline of zero', 'ping', {}, { timeoutMs: 0 }],
      ['a signal that has aborted', 'ping', {}, { signal: AbortSignal.abort('no') }],
    ];
    for (const [what, ...args] of alike) {
      test(`is the same as natively: ${what}`, async () => {
        assert.deepStrictEqual(
          await outcomeOf(byRoute, ...args),
          await outcomeOf(byNative, ...args),
        );
      });
    }

    test('has the same code as natively where the SDK words the message', async () => {
      for (const params of [
        {},
        { name: 7 },
        undefined,
        'text',
        [],
        { name: 'add', arguments: 1 },
      ]) {
        await assert.rejects(caller.call('tools/call', params), { code: 'ERR_INVALID_PARAMS' });
        await assert.rejects(byNative('tools/call', params), { code: 'ERR_INVALID_PARAMS' });
      }
    });

    test('answers get_stats', async () => {
      const stats = (await caller.call('get_stats')) as Record<string, unknown>;
      const expected = (await byNative('get_stats')) as object;
      assert.deepEqual(Object.keys(stats), Object.keys(expected));
    });

    test('gives every progress step, in order, before the reply', async () => {
      for (const progressToken of [undefined, 'mine', 0]) {
        const stepsBy = async (call: Call) => {
          const steps: Progress[] = [];
          const options = {
            onProgress: (step: Progress) => void steps.push(step),
            ...(progressToken === undefined ? {} : { progressToken }),
          };
          await call('tools/call', tool('progress', { steps: 20 }), options);
          return steps.slice(); // as they were when the reply came
        };
        assert.deepStrictEqual(await stepsBy(byRoute), await stepsBy(byNative));
      }
    });

    test('carries typed arrays in params as base64 and numbers', async () => {
      const args = { bytes: Uint8Array.of(1, 2), numbers: Float64Array.of(1.5) };
      const reply = (await caller.call('tools/call', tool('echo', args))) as {
        structuredContent: unknown;
      };
      assert.deepEqual(reply.structuredContent, { bytes: 'AQI=', numbers: [1.5] });
      assert.ok(args.bytes instanceof Uint8Array);
    });

    test("aborts the handler's signal when the deadline passes", async () => {
      const { aborted } = await countsOf(caller);
      // Again with more time when a slow machine had not begun by the deadline.
      for (let timeoutMs = 30; ; timeoutMs *= 2) {
        let hasBegun = false;
        const onProgress = () => void (hasBegun = true);
        const args = tool('slow', { ms: 60_000 });
        const slow = caller.call('tools/call', args, { timeoutMs, onProgress });
        await assert.rejects(slow, { code: 'ERR_TIMEOUT', retryable: true });
        if (hasBegun) break;
      }
      await untilAborted(caller, aborted + 1);
    });

    test("aborts the handler's signal when the caller cancels", async () => {
      const { aborted } = await countsOf(caller);
      const reason = new Error('changed my mind');
      const controller = new AbortController();
      const slow = caller.call('tools/call', tool('slow', { ms: 60_000 }), {
        signal: controller.signal,
        onProgress: () => controller.abort(reason), // it has begun
      });
      await assert.rejects(slow, { code: 'ERR_CANCELLED', cause: reason });
      await untilAborted(caller, aborted + 1);
    });

    test(`keeps ${CONCURRENCY} calls in flight apart`, async () => {
      const calls = Array.from({ length: CONCURRENCY }, (_, index) =>
        caller.call('tools/call', tool('add', { a: index, b: 1000 })),
      );
      const sums = (await Promise.all(calls)).map(
        (reply) => (reply as { structuredContent: { sum: number } }).structuredContent.sum,
      );
      assert.deepEqual(
        sums,
        calls.map((_, index) => index + 1000),
      );
    });

    test(`handles ${CONCURRENCY} slow calls at the same time`, async () => {
      // None of them ends before all have begun; one after the other would never come to that.
      const ends = Array.from({ length: CONCURRENCY }, () => new AbortController());
      let begun = 0;
      const onProgress = () => {
        if (++begun === CONCURRENCY) for (const end of ends) end.abort();
      };
      const calls = ends.map(({ signal }) => {
        const options = { timeoutMs: 30_000, signal, onProgress };
        const call = caller.call('tools/call', tool('slow', { ms: 60_000 }), options);
        return assert.rejects(call, { code: 'ERR_CANCELLED' });
      });
      await Promise.all(calls);
    });

    test('handles calls in the order in which they were made', async () => {
      const { counter } = await countsOf(caller);
      const calls = Array.from({ length: CONCURRENCY }, () =>
        caller.call('tools/call', tool('counter')),
      );
      const values = (await Promise.all(calls)).map(
        (reply) => (reply as { structuredContent: { value: number } }).structuredContent.value,
      );
      // Over HTTP each call in flight has its own socket: none is lost, but they may overtake.
      if (name === 'http') values.sort((a, b) => a - b);
      assert.deepEqual(
        values,
        calls.map((_, index) => counter + index + 1),
      );
    });

    test('carries many MiB at once', async () => {
      const reply = { content: [{ type: 'resource', resource: { blob: patternBytes(MIB) } }] };
      const calls = Array.from({ length: 8 }, () =>
        caller.call('tools/call', tool('bytes', { sizeBytes: MIB }), { timeoutMs: 30_000 }),
      );
      for (const result of await Promise.all(calls)) {
        const { content } = result as typeof reply;
        assert.deepStrictEqual(content[0]?.resource.blob, reply.content[0]?.resource.blob);
      }
    });
  });

  describe(`a service reached by ${name}`, () => {
    test('that crashes fails the call, and is not found afterwards, as natively', async () => {
      const route = await open({});
      const native = new NativeTransport();
      try {
        await native.start(contractService());
        const byRoute: Call = (...args) => route.caller.call(...args);
        const byNative: Call = (...args) => native.call('contract', ...args);
        for (const method of ['tools/call', 'ping', 'tools/call']) {
          const args = [method, method === 'ping' ? {} : tool('crash')] as const;
          const outcome = await outcomeOf(byRoute, ...args);
          assert.deepStrictEqual(outcome, await outcomeOf(byNative, ...args));
          assert.notEqual((outcome as { code?: unknown }).code, undefined);
        }
      } finally {
        await route.close();
        await native.stop();
      }
    });

    test('refuses what its mailbox cannot hold', async () => {
      const route = await open({ maxMailbox: 1 });
      const outcomes = async (ms: number): Promise<string[]> => {
        const calls = ['first', 'second', 'third'].map(() =>
          route.caller.call('tools/call', tool('slow', { ms }), { timeoutMs: 30_000 }).then(
            () => 'ok',
            (error: { code: string }) => error.code,
          ),
        );
        return (await Promise.all(calls)).toSorted();
      };
      try {
        let seen = await outcomes(200);
        // The machine may have stood still until the first was done: then with more time.
        if (seen.every((outcome) => outcome === 'ok')) seen = await outcomes(3_000);
        assert.deepEqual(seen, ['ERR_OVERLOADED', 'ok', 'ok']);
      } finally {
        await route.close();
      }
    });

    test('fails the calls in flight when the caller closes, and every call after it', async () => {
      const route = await open({});
      try {
        const slow = route.caller.call('tools/call', tool('slow', { ms: 60_000 }));
        const rejected = assert.rejects(slow, { code: 'ERR_SERVICE_EXIT' });
        await route.caller.close();
        await rejected;
        await assert.rejects(route.caller.call('ping'), { code: 'ERR_SERVICE_EXIT' });
      } finally {
        await route.close();
      }
    });
  });
}
