import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import fc from 'fast-check';
import { ToolError, ToolrigError } from '../../../../../src/core/errors.ts';
import { SYSTEM } from '../../../../../src/runtime/dispatch/access/identity.ts';
import type { PolicyData } from '../../../../../src/runtime/dispatch/access/policy-data.ts';
import type { CallContext } from '../../../../../src/runtime/dispatch/call-context.ts';
import { ServiceClient } from '../../../../../src/runtime/dispatch/service-client.ts';
import { defineService } from '../../../../../src/runtime/dispatch/service-definition.ts';
import { NativeTransport } from '../../../../../src/runtime/scheduler/native-transport.ts';
import { type Deferred, defer, settle } from '../../../../helpers/event-loop.ts';
import { ManualClock } from '../../../../helpers/manual-clock.ts';
import { pastDeadline } from '../../../../helpers/start-service.ts';

const FORBIDDEN = { code: 'ERR_FORBIDDEN' };
const inputSchema = { type: 'object' };
const ADD = { name: 'add', arguments: {} };
const DROP = { name: 'drop', arguments: {} };

/** A service that remembers which of its tools ran, and answers `wait` when the test says so. */
function makeStore() {
  const ran: string[] = [];
  const waiting: Deferred<unknown>[] = [];
  const tool = (name: string) => ({
    description: name,
    inputSchema,
    handler: () => {
      ran.push(name);
      return { content: [] };
    },
  });
  const definition = defineService({
    name: 'store',
    concurrency: 100,
    tools: { add: tool('add'), drop: tool('drop') },
    methods: {
      note: () => void ran.push('note'),
      wait: () => {
        const reply = defer();
        waiting.push(reply);
        return reply.promise;
      },
      fail: () => {
        throw new ToolrigError('ERR_INVALID_PARAMS', 'no');
      },
    },
  });
  return { definition, ran, waiting };
}

async function start(policy?: PolicyData) {
  const clock = new ManualClock();
  const transport = new NativeTransport({ clock, ...(policy === undefined ? {} : { policy }) });
  const store = makeStore();
  const reference = await transport.start(store.definition);
  return { transport, clock, reference, ...store };
}

const ALLOW_ADD: PolicyData = {
  rules: [
    { effect: 'allow', callers: ['ada'], services: ['store'], tools: ['add'] },
    { effect: 'allow', callers: ['ada'], services: ['store'], methods: ['tools/list', 'note'] },
  ],
};

describe('A transport with a policy', () => {
  test('lets nobody without an identity call, by any of its ways', async () => {
    const { transport, reference, ran } = await start(ALLOW_ADD);
    const handle = transport.service('store');
    await assert.rejects(transport.call('store', 'tools/call', ADD), FORBIDDEN);
    await assert.rejects(transport.callReference(reference, 'tools/call', ADD), FORBIDDEN);
    await assert.rejects(handle.call('tools/call', ADD), FORBIDDEN);
    await assert.rejects(transport.call('store', 'ping'), FORBIDDEN);
    await assert.rejects(transport.call('store', 'get_stats'), FORBIDDEN);
    assert.throws(() => transport.notify('store', 'note'), FORBIDDEN);
    assert.throws(() => handle.notify('note'), FORBIDDEN);
    const [one, two] = await transport.callMany('store', 'tools/call', [ADD, ADD]);
    assert.equal((one as ToolrigError).code, 'ERR_FORBIDDEN');
    assert.equal((two as ToolrigError).code, 'ERR_FORBIDDEN');
    const client = new ServiceClient(transport);
    await assert.rejects(client.callWithRetry('store', 'tools/call', ADD), FORBIDDEN);
    assert.deepEqual(ran, []);
  });

  test('lets a caller do what is allowed, by all of its ways, and nothing else', async () => {
    const { transport, ran } = await start(ALLOW_ADD);
    const ada = transport.as({ id: 'ada' });
    const handle = ada.service('store');
    await ada.call('store', 'tools/call', ADD);
    await handle.call('tools/call', ADD);
    await ada.callMany('store', 'tools/call', [ADD, ADD]);
    await new ServiceClient(ada).batchCalls([
      { service: 'store', method: 'tools/call', params: ADD },
    ]);
    ada.notify('store', 'note');
    handle.notify('note');
    const allowed = ['add', 'add', 'add', 'add', 'add', 'note', 'note'];
    assert.deepEqual(ran, allowed);
    await assert.rejects(ada.call('store', 'tools/call', DROP), FORBIDDEN);
    await assert.rejects(handle.call('tools/call', DROP), FORBIDDEN);
    await assert.rejects(ada.call('store', 'wait'), FORBIDDEN);
    assert.throws(() => ada.notify('store', 'tools/call', DROP), FORBIDDEN);
    const mixed = await ada.callMany('store', 'tools/call', [ADD, DROP, ADD]);
    assert.equal((mixed[1] as ToolrigError).code, 'ERR_FORBIDDEN');
    assert.deepEqual(mixed[2], { content: [] });
    assert.deepEqual(ran, [...allowed, 'add', 'add']);
  });

  test('says who and what in its refusal, and nothing of its rules', async () => {
    const { transport } = await start(ALLOW_ADD);
    await assert.rejects(transport.as({ id: 'eve' }).call('store', 'tools/call', DROP), (error) => {
      assert.ok(error instanceof ToolrigError);
      assert.match(error.message, /'eve' may not call tool 'drop' of service 'store'/);
      assert.deepEqual(error.data, {
        caller: 'eve',
        service: 'store',
        method: 'tools/call',
        tool: 'drop',
      });
      assert.doesNotMatch(error.message, /ada|add|rule/);
      return true;
    });
  });

  test('holds for the host itself only as long as it does not say that it is', async () => {
    const { transport, ran } = await start({ rules: [] });
    const system = transport.as(SYSTEM);
    assert.deepEqual(await system.call('store', 'ping'), {});
    await system.call('store', 'tools/call', DROP);
    assert.deepEqual(await system.callMany('store', 'ping', [{}, {}]), [{}, {}]);
    assert.deepEqual(ran, ['drop']);
    const list = (await system.call('store', 'tools/list')) as { tools: unknown[] };
    assert.equal(list.tools.length, 2);
  });

  test('leaves references to those who hold them: they are a right in themselves', async () => {
    const { transport, reference } = await start({ rules: [] });
    assert.equal(transport.lookup('store'), reference);
    assert.deepEqual(await reference.call('ping'), {});
    assert.equal('lookup' in transport.as({ id: 'ada' }), false);
  });

  test('decides on the tool that will run, whatever the params say when they are read again', async () => {
    const { transport, ran } = await start(ALLOW_ADD);
    const ada = transport.as({ id: 'ada' });
    let reads = 0;
    const shifty = {
      get name() {
        return reads++ === 0 ? 'add' : 'drop';
      },
      arguments: {},
    };
    await ada.call('store', 'tools/call', shifty);
    reads = 0;
    await ada.callMany('store', 'tools/call', [shifty]);
    reads = 0;
    assert.doesNotThrow(() => ada.notify('store', 'tools/call', shifty));
    assert.deepEqual(ran, ['add', 'add', 'add']);
  });

  test('decides on the name a service was started under: an alias opens no door', async () => {
    const { transport, reference } = await start({
      rules: [{ effect: 'allow', callers: ['ada'], services: ['public'] }],
    });
    transport.register('public', reference);
    await assert.rejects(transport.as({ id: 'ada' }).call('public', 'ping'), FORBIDDEN);
  });

  test('tells nobody which services exist who might not call them', async () => {
    const { transport } = await start({
      rules: [{ effect: 'allow', callers: ['ada'], services: ['s*'] }],
    });
    const ada = transport.as({ id: 'ada' });
    await assert.rejects(ada.call('other', 'ping'), FORBIDDEN);
    await assert.rejects(ada.call('stor', 'ping'), {
      code: 'ERR_SERVICE_NOT_FOUND',
      message: 'Service not found: stor.',
    });
    await assert.rejects(ada.service('stor').call('ping'), { code: 'ERR_SERVICE_NOT_FOUND' });
    await assert.rejects(ada.callMany('stor', 'ping', [{}]), { code: 'ERR_SERVICE_NOT_FOUND' });
    assert.throws(() => ada.notify('stor', 'ping'), { code: 'ERR_SERVICE_NOT_FOUND' });
    assert.throws(() => ada.notify('other', 'ping'), FORBIDDEN);
  });

  test('shows a caller the tools that it may call', async () => {
    const { transport } = await start(ALLOW_ADD);
    const ada = transport.as({ id: 'ada' });
    const names = (list: unknown): string[] =>
      (list as { tools: { name: string }[] }).tools.map(({ name }) => name);
    assert.deepEqual(names(await ada.call('store', 'tools/list')), ['add']);
    assert.deepEqual(names(await ada.call('store', 'list_tools')), ['add']);
    const [first] = await ada.callMany('store', 'tools/list', [{}]);
    assert.deepEqual(names(first), ['add']);
  });

  test('sends a batch that is allowed as one', async () => {
    const { transport, reference } = await start(ALLOW_ADD);
    const callMany = mock.method(reference, 'callMany');
    await transport.as({ id: 'ada' }).callMany('store', 'tools/call', [ADD, ADD]);
    assert.equal(callMany.mock.callCount(), 1);
  });

  test('still copies what is passed, if the transport does', async () => {
    const policy: PolicyData = { rules: [{ effect: 'allow', callers: ['*'] }] };
    const transport = new NativeTransport({ policy, copy: 'clone' });
    const keep = (params: unknown): unknown => params;
    await transport.start(defineService({ name: 'keeper', methods: { keep } }));
    const params = { a: [1] };
    const reply = await transport.as({ id: 'ada' }).call('keeper', 'keep', params);
    assert.deepEqual(reply, params);
    assert.notEqual(reply, params);
  });

  test('refuses a policy with mistakes when it is made', () => {
    const policy = { rules: [{ effect: 'allow' }] } as never;
    assert.throws(() => new NativeTransport({ policy }), { code: 'ERR_INVALID_OPTION' });
  });

  test('has no callers, services, methods or tools whose name is a trick', async () => {
    const { transport } = await start(ALLOW_ADD);
    for (const name of ['__proto__', 'constructor', 'toString']) {
      const poser = transport.as({ id: name, roles: [name] });
      await assert.rejects(poser.call('store', 'tools/call', ADD), FORBIDDEN);
      const ada = transport.as({ id: 'ada' });
      await assert.rejects(ada.call(name, 'ping'), FORBIDDEN);
      await assert.rejects(ada.call('store', name), FORBIDDEN);
      await assert.rejects(ada.call('store', 'tools/call', { name }), FORBIDDEN);
    }
    const own = JSON.parse('{"__proto__":{"name":"add"},"name":"drop"}') as object;
    await assert.rejects(transport.as({ id: 'ada' }).call('store', 'tools/call', own), FORBIDDEN);
  });
});

describe('A transport without a policy', () => {
  test('takes identities all the same, and refuses nobody', async () => {
    const { transport } = await start();
    const ada = transport.as({ id: 'ada', roles: ['any'] });
    assert.deepEqual(await ada.call('store', 'tools/call', ADD), { content: [] });
    assert.deepEqual(ada.identity, { id: 'ada', roles: ['any'] });
    await assert.rejects(ada.call('stor', 'ping'), { message: /Did you mean 'store'/ });
    assert.throws(() => transport.as({ id: '' }), { code: 'ERR_INVALID_OPTION' });
  });
});

const LIMITED: PolicyData = {
  rules: [{ effect: 'allow', callers: ['*'] }],
  limits: [{ callers: ['ada', 'anonymous'], concurrency: 2 }],
};

describe('Limits by caller', () => {
  test('refuse a call beyond them with when to try again, and nobody else', async () => {
    const { transport, waiting } = await start(LIMITED);
    const ada = transport.as({ id: 'ada' });
    const calls = [ada.call('store', 'wait'), transport.as({ id: 'ada' }).call('store', 'wait')];
    await assert.rejects(ada.call('store', 'ping'), {
      code: 'ERR_OVERLOADED',
      data: { caller: 'ada', limit: 'concurrency', retryAfterMs: 100 },
    });
    assert.deepEqual(await transport.as({ id: 'bob' }).call('store', 'ping'), {});
    assert.deepEqual(await transport.as(SYSTEM).call('store', 'ping'), {});
    assert.deepEqual(await transport.call('store', 'ping'), {}, 'anonymous has a count of its own');
    for (const reply of waiting) reply.resolve(1);
    assert.deepEqual(await Promise.all(calls), [1, 1]);
    assert.deepEqual(await ada.call('store', 'ping'), {});
  });

  test('take nothing for a call that the policy denies', async () => {
    const { transport } = await start({
      rules: [{ effect: 'allow', callers: ['*'], methods: ['ping'] }],
      limits: [{ callers: ['*'], ratePerSecond: 1, burst: 1 }],
    });
    const ada = transport.as({ id: 'ada' });
    for (let i = 0; i < 5; i++) await assert.rejects(ada.call('store', 'note'), FORBIDDEN);
    assert.deepEqual(await ada.call('store', 'ping'), {});
    await assert.rejects(ada.call('store', 'ping'), {
      code: 'ERR_OVERLOADED',
      data: { caller: 'ada', limit: 'rate', retryAfterMs: 1_000 },
    });
  });

  test('count notifications by their rate', async () => {
    const { transport, ran } = await start({
      rules: [{ effect: 'allow', callers: ['*'] }],
      limits: [{ callers: ['*'], ratePerSecond: 1, burst: 2, concurrency: 1 }],
    });
    const ada = transport.as({ id: 'ada' });
    ada.notify('store', 'note');
    ada.notify('store', 'note');
    assert.throws(() => ada.notify('store', 'note'), { code: 'ERR_OVERLOADED' });
    assert.deepEqual(ran, ['note', 'note']);
  });

  test('let a batch through as many at a time as are allowed', async () => {
    const { transport } = await start(LIMITED);
    const replies = await transport
      .as({ id: 'ada' })
      .callMany('store', 'ping', Array.from({ length: 9 }));
    assert.deepEqual(
      replies,
      Array.from({ length: 9 }, () => ({})),
    );
  });

  test('give every slot back exactly once, however calls end', async () => {
    type Step = { readonly how: string };
    const step = fc.record({
      how: fc.constantFrom('wait', 'cancel', 'timeout', 'fail', 'trap', 'gone', 'answer', 'ping'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps: Step[]) => {
        const { transport, clock, waiting } = await start(LIMITED);
        const ada = transport.as({ id: 'ada' });
        const open: { done: Promise<unknown>; controller: AbortController }[] = [];
        let inFlight = 0;
        const begin = (): void => {
          const controller = new AbortController();
          const { signal } = controller;
          const done = ada
            .call('store', 'wait', {}, { signal, timeoutMs: 50 })
            .catch((error: unknown) => error);
          if (inFlight < 2) {
            inFlight++;
            open.push({ done, controller });
          }
        };
        for (const { how } of steps) {
          if (how === 'wait') begin();
          else if (how === 'cancel' && open.length > 0) {
            const { done, controller } = open.shift() as (typeof open)[number];
            controller.abort();
            await done;
            waiting.shift();
            inFlight--;
          } else if (how === 'timeout') {
            clock.advance(pastDeadline(50));
            await Promise.all(open.splice(0).map(({ done }) => done));
            for (const late of waiting.splice(0)) late.resolve('late');
            inFlight = 0;
          } else if (how === 'answer' && open.length > 0) {
            waiting.shift()?.resolve('ok');
            await open.shift()?.done;
            inFlight--;
          } else if (how === 'fail') await ada.call('store', 'fail').catch(() => {});
          else if (how === 'gone') await ada.call('nobody', 'ping').catch(() => {});
          else if (how === 'trap') {
            const trap = {
              get timeoutMs(): number {
                throw new Error('gotcha');
              },
            };
            await ada.call('store', 'ping', {}, trap).catch(() => {});
          } else if (how === 'ping') {
            const answer = await ada.call('store', 'ping').catch((error: unknown) => error);
            const isRefused = answer instanceof ToolrigError && answer.code === 'ERR_OVERLOADED';
            assert.equal(isRefused, inFlight >= 2);
          }
          await settle();
        }
      }),
      { numRuns: 150, seed: 23 },
    );
  });

  test('give the slots of a service back that crashed', async () => {
    const { transport } = await start(LIMITED);
    await transport.start(
      defineService({
        name: 'fragile',
        methods: {
          crash: () => Promise.reject(new TypeError('defect')),
          soft: (_params: unknown, _context: CallContext) => {
            throw new ToolError('soft');
          },
        },
      }),
    );
    const ada = transport.as({ id: 'ada' });
    const crash = ada.call('fragile', 'crash');
    const behind = ada.call('fragile', 'soft');
    await assert.rejects(crash, { code: 'ERR_SERVICE_EXIT' });
    await assert.rejects(behind, { code: 'ERR_SERVICE_EXIT' });
    await Promise.all([ada.call('store', 'ping'), ada.call('store', 'ping')]);
  });
});
