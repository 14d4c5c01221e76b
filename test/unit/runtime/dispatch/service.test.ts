import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as z from 'zod';
import { ToolError, ToolrigError } from '../../../../src/core/errors.ts';
import type { ToolResult } from '../../../../src/runtime/dispatch/protocol.ts';
import { defer, settle } from '../../../helpers/event-loop.ts';
import { startService } from '../../../helpers/start-service.ts';

const EMPTY: ToolResult = { content: [] };
const ANYTHING = { type: 'object' };
const TREE = { type: 'object', properties: { next: { $ref: '#' } } };

/** `{ next: { next: … } }`, deeper than any stack. */
function deepTree(): object {
  let tree = {};
  for (let depth = 0; depth < 200_000; depth++) tree = { next: tree };
  return tree;
}

function text(result: unknown): string | undefined {
  const [first] = (result as ToolResult).content;
  return first?.type === 'text' ? first.text : undefined;
}

describe('A request', () => {
  test('is answered with what its handler returns, the very thing', async () => {
    const reply = { rows: [1, 2] };
    const { service } = await startService({
      methods: { now: () => reply, later: async () => reply },
    });
    assert.equal(await service.call('now'), reply);
    assert.equal(await service.call('later'), reply);
  });

  test('hands its params to the handler, the very thing', async () => {
    const { service } = await startService({ methods: { echo: (params: unknown) => params } });
    const params = { bytes: new Uint8Array(3) };
    assert.equal(await service.call('echo', params), params);
    assert.equal(await service.call('echo'), undefined);
  });

  test('for a tool hands over its arguments, and none as an empty object', async () => {
    const seen: unknown[] = [];
    const handler = (args: never) => {
      seen.push(args);
      return EMPTY;
    };
    const { service } = await startService({
      tools: { look: { description: 'Looks.', inputSchema: ANYTHING, handler } },
    });
    const args = { x: 1 };
    await service.call('tools/call', { name: 'look', arguments: args });
    await service.call('tools/call', { name: 'look' });
    assert.equal(seen[0], args);
    assert.deepEqual(seen[1], {});
  });

  test('leaves state behind for the next one', async () => {
    const { service } = await startService<number>({
      init: () => 10,
      methods: { next: (_params, context) => context.state++ },
    });
    assert.deepEqual([await service.call('next'), await service.call('next')], [10, 11]);
    assert.equal(service.state, 12);
  });

  test('is answered by a thenable that is no promise', async () => {
    class Thenable {
      // oxlint-disable-next-line unicorn/no-thenable -- the subject of the test
      then(resolve: (value: string) => void): void {
        resolve('first');
        resolve('second');
      }
    }
    const { service } = await startService({
      methods: {
        instance: () => new Thenable(),
        // oxlint-disable-next-line unicorn/no-thenable -- the subject of the test
        literal: () => ({ then: (resolve: (value: string) => void) => resolve('literal') }),
      },
    });
    assert.equal(await service.call('instance'), 'first');
    assert.equal(await service.call('literal'), 'literal');
    assert.equal(service.stats().inFlight, 0);
  });

  test('is answered when its handler returns an object without a prototype, or nothing', async () => {
    const bare: unknown = Object.create(null);
    const { service } = await startService({ methods: { bare: () => bare, nothing: () => null } });
    assert.equal(await service.call('bare'), bare);
    assert.equal(await service.call('nothing'), null);
  });

  for (const when of ['at once', 'later'] as const) {
    const fail = when === 'at once' ? raise : raiseLater;

    test(`whose tool throws a ToolError ${when} is answered with a failed result`, async () => {
      const { service } = await startService({
        tools: {
          fail: {
            description: 'Fails.',
            inputSchema: ANYTHING,
            handler: () => fail(new ToolError('no such row')),
          },
        },
      });
      const result = await service.call('tools/call', { name: 'fail' });
      assert.deepEqual(result, { content: [{ type: 'text', text: 'no such row' }], isError: true });
      assert.equal(service.status, 'running');
      assert.equal(service.stats().requestCount, 1);
    });

    test(`whose handler throws a ToolrigError ${when} rejects with that very error`, async () => {
      const error = new ToolrigError('ERR_FORBIDDEN', 'not for you');
      const { service } = await startService({ methods: { fail: () => fail(error) } });
      await assert.rejects(service.call('fail'), (thrown) => thrown === error);
      assert.equal(service.status, 'running');
      assert.equal(service.stats().errorCount, 1);
    });
  }
});

function raise(error: Error): never {
  throw error;
}

async function raiseLater(error: Error): Promise<never> {
  throw error;
}

describe('A request that cannot be handled', () => {
  const tools = {
    add: {
      description: 'Adds.',
      inputSchema: {
        type: 'object',
        properties: { a: { type: 'number' } },
        required: ['a'],
      },
      handler: () => EMPTY,
    },
  };

  test('for an unknown tool proposes the nearest', async () => {
    const { service } = await startService({ tools });
    await assert.rejects(service.call('tools/call', { name: 'ad', arguments: {} }), {
      code: 'ERR_UNKNOWN_TOOL',
      message: "Unknown tool: ad. Did you mean 'add'?",
      data: { service: 'echo', tool: 'ad' },
    });
    await assert.rejects(service.call('tools/call', { name: '', arguments: {} }), {
      code: 'ERR_UNKNOWN_TOOL',
    });
  });

  test('for an unknown method proposes the nearest', async () => {
    const { service } = await startService({ tools });
    await assert.rejects(service.call('tools/lst'), {
      code: 'ERR_INVALID_REQUEST',
      message:
        "Invalid request: service 'echo' does not handle 'tools/lst'. Did you mean 'tools/list'?",
    });
    await assert.rejects(service.call('toString'), { code: 'ERR_INVALID_REQUEST' });
  });

  test('with arguments that break the schema says where', async () => {
    const { service } = await startService({ tools });
    await assert.rejects(service.call('tools/call', { name: 'add', arguments: { a: 'x' } }), {
      code: 'ERR_INVALID_PARAMS',
      message:
        "Invalid arguments for tool 'add' of 'echo': /a must be number. tools/list has its input schema.",
    });
    await assert.rejects(service.call('tools/call', { name: 'add' }), /required property 'a'/);
    await assert.rejects(service.call('tools/call', { name: 'add', arguments: null }), /'a'/);
  });

  test('without the name of a tool says what tools/call needs', async () => {
    const { service } = await startService({ tools });
    for (const params of [undefined, null, {}, { name: 5 }, 'add']) {
      await assert.rejects(service.call('tools/call', params), {
        code: 'ERR_INVALID_PARAMS',
        message: /tools\/call needs params \{ name, arguments \}, got /,
      });
    }
  });

  test('never reaches a handler and counts as an error', async () => {
    const { service } = await startService({ tools });
    await Promise.allSettled([
      service.call('tools/call', { name: 'ad' }),
      service.call('nothing'),
      service.call('tools/call', { name: 'add', arguments: {} }),
      service.call('tools/call'),
    ]);
    const { requestCount, errorCount } = service.stats();
    assert.deepEqual({ requestCount, errorCount }, { requestCount: 0, errorCount: 4 });
  });

  test('within a time that makes no sense is refused', async () => {
    const { service } = await startService({ tools });
    for (const timeoutMs of [0, -1, Number.NaN]) {
      await assert.rejects(service.call('ping', {}, { timeoutMs }), {
        code: 'ERR_INVALID_OPTION',
        message: `timeoutMs must be a number > 0 (Infinity for no limit), got ${timeoutMs}`,
      });
    }
  });
});

describe('Arguments that are nested too deep to be checked', () => {
  const look = { description: 'Looks.', inputSchema: TREE, handler: () => EMPTY };

  test('make the call reject, and a notification count as dropped', async () => {
    const { service } = await startService({ tools: { look } });
    const params = { name: 'look', arguments: deepTree() };
    await assert.rejects(service.call('tools/call', params), {
      code: 'ERR_INVALID_PARAMS',
      message: /nested too deep/,
    });
    service.notify('tools/call', params);
    await settle();
    assert.equal(service.stats().droppedNotificationCount, 1);
    assert.equal(service.status, 'running');
  });

  for (const isAsync of [false, true]) {
    test(`and such results fail, from ${isAsync ? 'an async' : 'a sync'} handler`, async () => {
      const result = { content: [], structuredContent: deepTree() };
      const { service } = await startService({
        tools: {
          look: {
            ...look,
            outputSchema: TREE,
            handler: isAsync ? async () => result : () => result,
          },
        },
      });
      assert.match(
        text(await service.call('tools/call', { name: 'look' })) ?? '',
        /nested too deep/,
      );
    });
  }
});

describe('A tool with a zod schema', () => {
  const seen: unknown[] = [];
  const call = async (inputSchema: z.ZodType, args: object) => {
    const handler = (given: never) => {
      seen.push(given);
      return EMPTY;
    };
    const { service } = await startService({
      tools: { look: { description: 'Looks.', inputSchema, handler } },
    });
    return service.call('tools/call', { name: 'look', arguments: args });
  };

  test('hands its handler what zod makes of the arguments', async () => {
    const schema = z.object({
      count: z.number().default(3),
      name: z.string().transform((name) => name.trim()),
    });
    await call(schema, { name: ' x ', other: 1 });
    assert.deepEqual(seen.pop(), { count: 3, name: 'x' });
  });

  test('refuses what breaks a rule that JSON Schema cannot say, naming where', async () => {
    const from = z.object({ range: z.array(z.number()).refine(([a, b]) => a! < b!, 'must rise') });
    await assert.rejects(call(from, { range: [2, 1] }), {
      code: 'ERR_INVALID_PARAMS',
      message: /tool 'look' of 'echo': \/range: must rise\. /,
    });
    const equal = z.object({ a: z.number() }).refine(({ a }) => a > 1, 'must be large');
    await assert.rejects(call(equal, { a: 1 }), { message: /the value: must be large/ });
    assert.equal(seen.length, 0);
  });

  test('refuses the call when a rule turns out to be asynchronous, or throws', async () => {
    const late = z.object({ a: z.string().superRefine(async () => {}) });
    await assert.rejects(call(late, { a: '' }), {
      code: 'ERR_INVALID_PARAMS',
      message: /asynchronous rule.*in the handler/,
    });
    const broken = z.object({ a: z.string().transform(() => JSON.parse('{')) });
    await assert.rejects(call(broken, { a: '' }), { code: 'ERR_INVALID_PARAMS' });
  });

  test('has its result checked by zod, and unchanged', async () => {
    const outputSchema = z.object({ sum: z.number().refine((sum) => sum > 0, 'must be positive') });
    const handler = (structuredContent: never) => ({ content: [], structuredContent });
    const { service } = await startService({
      tools: { add: { description: 'Adds.', inputSchema: ANYTHING, outputSchema, handler } },
    });
    const add = (args: object) => service.call('tools/call', { name: 'add', arguments: args });
    const good = { sum: 1, extra: true };
    assert.equal(((await add(good)) as ToolResult).structuredContent, good);
    assert.match(text(await add({ sum: -1 })) ?? '', /output schema: \/sum: must be positive/);
  });
});

describe('A tool whose handler returns no result', () => {
  const replies: [unknown, string][] = [
    [undefined, 'undefined'],
    [null, 'null'],
    ['done', "'done'"],
    [{ sum: 3 }, '{ sum: 3 }'],
    [{ content: 'done' }, "{ content: 'done' }"],
  ];
  for (const [reply, shown] of replies) {
    test(`fails and says what to return, given ${shown}, now or later`, async () => {
      const tool = { description: 'Errs.', inputSchema: ANYTHING };
      const { service } = await startService({
        tools: {
          now: { ...tool, handler: () => reply as never },
          later: { ...tool, handler: async () => reply as never },
        },
      });
      for (const name of ['now', 'later']) {
        const result = await service.call('tools/call', { name });
        assert.equal((result as ToolResult).isError, true);
        assert.ok(text(result)?.startsWith(`the tool returned ${shown}: its handler must return`));
      }
    });
  }
});

describe('A tool with an output schema', () => {
  const outputSchema = {
    type: 'object',
    properties: { sum: { type: 'number' } },
    required: ['sum'],
  };
  const tool = (handler: (args: never) => ToolResult | Promise<ToolResult>) => ({
    tools: { sum: { description: 'Sums.', inputSchema: ANYTHING, outputSchema, handler } },
  });
  const request = { name: 'sum', arguments: {} };

  test('passes a result that fits', async () => {
    const good: ToolResult = { content: [], structuredContent: { sum: 3 } };
    const { service } = await startService(tool(() => good));
    assert.equal(await service.call('tools/call', request), good);
  });

  for (const [when, handler] of [
    ['at once', () => ({ content: [], structuredContent: { sum: 'three' } })],
    ['later', async () => ({ content: [], structuredContent: { sum: 'three' } })],
  ] as const) {
    test(`turns a result that does not fit into a failed one, given ${when}`, async () => {
      const { service } = await startService(tool(handler));
      const result = await service.call('tools/call', request);
      assert.equal((result as ToolResult).isError, true);
      assert.match(text(result) ?? '', /does not fit.*\/sum must be number/);
    });
  }

  test('treats missing structured content as a misfit, but not in a failed result', async () => {
    const failed: ToolResult = { content: [], isError: true };
    const { service } = await startService(tool(() => EMPTY));
    assert.equal(((await service.call('tools/call', request)) as ToolResult).isError, true);
    const { service: failing } = await startService(tool(() => failed));
    assert.equal(await failing.call('tools/call', request), failed);
  });

  test('checks a result that had to wait in the mailbox', async () => {
    const gate = defer();
    const { service } = await startService({
      ...tool(() => EMPTY),
      methods: { wait: () => gate.promise },
    });
    const first = service.call('wait');
    const second = service.call('tools/call', request);
    gate.resolve(1);
    await first;
    assert.equal(((await second) as ToolResult).isError, true);
  });
});

describe('The mailbox', () => {
  test('holds requests in order of arrival while one is being handled', async () => {
    const order: unknown[] = [];
    const gate = defer();
    const { service } = await startService({
      methods: {
        wait: () => gate.promise,
        note: (params: unknown) => order.push(params),
      },
    });
    const calls = [service.call('wait'), ...[1, 2, 3].map((id) => service.call('note', id))];
    await settle();
    assert.deepEqual(order, []);
    assert.equal(service.stats().mailboxLength, 3);
    gate.resolve(0);
    await Promise.all(calls);
    assert.deepEqual(order, [1, 2, 3]);
    assert.equal(service.stats().mailboxLength, 0);
  });

  test('starts as many at a time as the definition allows, and no more', async () => {
    const gates = Array.from({ length: 5 }, () => defer());
    let started = 0;
    const { service } = await startService({
      concurrency: 3,
      methods: { wait: () => gates[started++]?.promise },
    });
    const calls = gates.map(() => service.call('wait'));
    assert.equal(started, 3);
    assert.equal(service.stats().inFlight, 3);
    gates[1]?.resolve('x');
    await settle();
    assert.equal(started, 4);
    for (const gate of gates) gate.resolve('x');
    await Promise.all(calls);
    assert.equal(service.stats().inFlight, 0);
  });

  test('refuses at once what it has no room for, and takes requests again when it has', async () => {
    const gate = defer();
    const { service } = await startService({
      maxMailbox: 2,
      methods: { wait: () => gate.promise, quick: () => 'quick' },
    });
    const calls = [service.call('wait'), service.call('quick'), service.call('quick')];
    await assert.rejects(service.call('quick'), {
      code: 'ERR_OVERLOADED',
      message: /'echo' is overloaded: 2 requests are waiting, its maxMailbox/,
    });
    assert.equal(service.stats().overloadCount, 1);
    gate.resolve(0);
    await Promise.all(calls);
    assert.equal(await service.call('quick'), 'quick');
  });

  test('of size zero refuses whatever cannot be handled at once', async () => {
    const gate = defer();
    const { service } = await startService({
      maxMailbox: 0,
      methods: { wait: () => gate.promise },
    });
    const first = service.call('wait');
    await assert.rejects(service.call('wait'), { code: 'ERR_OVERLOADED' });
    gate.resolve('done');
    assert.equal(await first, 'done');
  });

  test('works off 20,000 synchronous requests without growing the stack', async () => {
    const gate = defer();
    const count = 20_000;
    const { service } = await startService({
      maxMailbox: count,
      methods: { wait: () => gate.promise, echo: (params: unknown) => params },
    });
    const first = service.call('wait');
    const calls = Array.from({ length: count }, (_, id) => service.call('echo', id));
    gate.resolve(0);
    await first;
    const replies = await Promise.all(calls);
    assert.deepEqual(
      replies,
      Array.from({ length: count }, (_, id) => id),
    );
    assert.equal(service.stats().requestCount, count + 1);
  });

  test('answers 20,000 requests that each throw without growing the stack', async () => {
    const gate = defer();
    const count = 20_000;
    const { service } = await startService({
      maxMailbox: count,
      methods: {
        wait: () => gate.promise,
        fail: () => raise(new ToolrigError('ERR_FORBIDDEN', 'no')),
      },
    });
    const first = service.call('wait');
    const calls = Array.from({ length: count }, () => service.call('fail'));
    gate.resolve(0);
    await first;
    const outcomes = await Promise.allSettled(calls);
    assert.equal(outcomes.filter(({ status }) => status === 'rejected').length, count);
  });

  test('lets a synchronous handler send to its own service, after which that is handled', async () => {
    const order: string[] = [];
    const { service } = await startService({
      methods: {
        outer: () => {
          order.push('outer starts');
          void service.call('inner');
          order.push('outer ends');
        },
        inner: () => order.push('inner'),
      },
    });
    await service.call('outer');
    await settle();
    assert.deepEqual(order, ['outer starts', 'outer ends', 'inner']);
  });
});

describe('A notification', () => {
  test('is handled once, in order with requests, and answers nobody', async () => {
    const log: unknown[] = [];
    const { service } = await startService({
      methods: { log: (params: unknown) => log.push(params) },
    });
    assert.equal(service.notify('log', 'Test log 1'), undefined);
    service.notify('log', 'Test log 2');
    await service.call('log', 'a request');
    assert.deepEqual(log, ['Test log 1', 'Test log 2', 'a request']);
  });

  test('that nobody handles, or whose handler fails, is counted and not thrown', async () => {
    const { service } = await startService({
      maxMailbox: 0,
      methods: {
        fail: () => raise(new ToolrigError('ERR_FORBIDDEN', 'no')),
        wait: () => defer().promise,
      },
    });
    service.notify('nothing');
    service.notify('fail');
    void service.call('wait');
    service.notify('fail'); // no room
    await settle();
    assert.equal(service.stats().droppedNotificationCount, 3);
  });

  test('has no deadline', async () => {
    const gate = defer();
    const { service, clock, wheel } = await startService({
      methods: { wait: () => gate.promise },
    });
    service.notify('wait');
    assert.equal(wheel.size, 0);
    clock.advance(60_000);
    gate.resolve(1);
    await settle();
    assert.equal(service.stats().requestCount, 1);
    assert.equal(service.stats().timeoutCount, 0);
  });
});

describe('What every service answers', () => {
  test('ping', async () => {
    const { service } = await startService();
    assert.deepEqual(await service.call('ping'), {});
  });

  test('list_tools and tools/list, with a list of their own each time', async () => {
    const { service } = await startService({
      tools: { add: { description: 'Adds.', inputSchema: ANYTHING, handler: () => EMPTY } },
    });
    const expected = { tools: [{ name: 'add', description: 'Adds.', inputSchema: ANYTHING }] };
    assert.deepEqual(await service.call('list_tools'), expected);
    const listed = (await service.call('tools/list')) as { tools: unknown[] };
    listed.tools.length = 0;
    assert.deepEqual(await service.call('tools/list'), expected);
  });

  test('get_stats, counting as it goes', async () => {
    const gate = defer();
    const { service, clock } = await startService({
      methods: { quick: () => 1, wait: () => gate.promise },
    });
    await service.call('quick');
    const wait = service.call('wait', {}, { timeoutMs: Infinity });
    const queued = service.call('quick');
    clock.advance(2_500);
    assert.deepEqual(service.stats(), {
      startedAt: '2026-01-01T00:00:00.000Z',
      requestCount: 1,
      errorCount: 0,
      timeoutCount: 0,
      cancelCount: 0,
      overloadCount: 0,
      lateReplyCount: 0,
      droppedNotificationCount: 0,
      uptimeSeconds: 2.5,
      mailboxLength: 1,
      inFlight: 1,
    });
    gate.resolve(1);
    await Promise.all([wait, queued]);
    const stats = (await service.call('get_stats')) as { requestCount: number };
    assert.equal(stats.requestCount, 3);
  });
});
