import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CallContext } from '../../../../src/runtime/dispatch/call-context.ts';
import {
  defineService,
  type ServiceSpec,
} from '../../../../src/runtime/dispatch/service-definition.ts';
import { startService } from '../../../helpers/start-service.ts';

const TOOL = {
  description: 'Does it.',
  inputSchema: { type: 'object' },
  handler: () => ({ content: [] }),
};

function refuses(spec: unknown, message: RegExp | string): void {
  assert.throws(() => defineService(spec as ServiceSpec<undefined>), {
    code: 'ERR_INVALID_OPTION',
    message,
  });
}

describe('defineService', () => {
  test('takes handlers that annotate nothing, as those of the README, and such that do', async () => {
    const { service } = await startService({
      name: 'greeter',
      init: () => ({ greeted: 0 }),
      tools: {
        loose: {
          description: 'Greets',
          inputSchema: { type: 'object' },
          handler({ who }, { state }) {
            state.greeted++;
            return { content: [{ type: 'text', text: who.toUpperCase() }] };
          },
        },
        strict: {
          description: 'Greets',
          inputSchema: { type: 'object' },
          handler: ({ who }: { readonly who: string }) => ({
            content: [{ type: 'text', text: who.toUpperCase() }],
          }),
        },
      },
    });
    for (const name of ['loose', 'strict']) {
      assert.deepEqual(await service.call('tools/call', { name, arguments: { who: 'ada' } }), {
        content: [{ type: 'text', text: 'ADA' }],
      });
    }
  });

  test('describes its tools as clients see them', () => {
    const definition = defineService({
      name: 'one',
      tools: {
        plain: TOOL,
        rich: {
          ...TOOL,
          outputSchema: { type: 'object' },
          annotations: { readOnlyHint: true },
        },
      },
    });
    assert.deepEqual(definition.toolDescriptors, [
      { name: 'plain', description: 'Does it.', inputSchema: { type: 'object' } },
      {
        name: 'rich',
        description: 'Does it.',
        inputSchema: { type: 'object' },
        outputSchema: { type: 'object' },
        annotations: { readOnlyHint: true },
      },
    ]);
    assert.throws(() => Object.assign(definition.toolDescriptors[0] ?? {}, { name: 'x' }));
  });

  test('handles one request at a time and holds 10,000, unless told otherwise', () => {
    const { concurrency, maxMailbox } = defineService({ name: 'one' });
    assert.deepEqual({ concurrency, maxMailbox }, { concurrency: 1, maxMailbox: 10_000 });
  });

  test('refuses what is misspelled, missing or of the wrong type', () => {
    refuses({ nam: 'x' }, "the service has an unknown key 'nam'. Did you mean 'name'?");
    refuses(null, /the service must be an object, got null/);
    refuses({}, /name must be a non-empty string, got undefined/);
    refuses({ name: '' }, /name must be a non-empty string/);
    refuses({ name: 'x', concurrency: 0 }, /concurrency must be an integer >= 1, got 0/);
    refuses({ name: 'x', maxMailbox: -1 }, /maxMailbox must be an integer >= 0, got -1/);
    refuses({ name: 'x', maxMailbox: Infinity }, /maxMailbox must be an integer/);
    refuses({ name: 'x', tools: { t: { ...TOOL, handle: 1 } } }, /tool 't'.*'handle'/);
    refuses({ name: 'x', tools: { t: { ...TOOL, handler: 5 } } }, /handler of tool 't'.*function/);
    refuses({ name: 'x', tools: { t: { ...TOOL, description: '' } } }, /description of tool 't'/);
    refuses(
      { name: 'x', tools: { t: { ...TOOL, inputSchema: { type: 'text' } } } },
      /schema of tool 't' of service 'x'/,
    );
    refuses({ name: 'x', tools: { t: { ...TOOL, inputSchema: undefined } } }, /tool 't'/);
    refuses({ name: 'x', tools: { t: null } }, /tool 't'.*must be an object/);
    refuses({ name: 'x', methods: { m: 5 } }, /method 'm' of service 'x' must be a function/);
    refuses({ name: 'x', prompts: { p: {} } }, /get of prompt 'p'/);
    refuses({ name: 'x', prompts: { p: { get() {}, args: [] } } }, /prompt 'p'.*key 'args'/);
    refuses({ name: 'x', resources: { read() {} } }, /list of the resources of service 'x'/);
    refuses({ name: 'x', init: 5 }, /init of service 'x' must be a function, got 5/);
    refuses({ name: 'x', terminate: {} }, /terminate of service 'x' must be a function/);
  });

  test('refuses a method that every service has', () => {
    for (const method of ['ping', 'get_stats', 'tools/call', 'list_tools', 'resources/read']) {
      refuses({ name: 'x', methods: { [method]: () => 1 } }, /cannot define the method/);
    }
  });
});

describe('Resources', () => {
  const resources = {
    list: (context: CallContext<undefined>) => [{ uri: 'file:///a', name: context.service }],
    read: async (uri: string) => [{ uri, text: 'content' }],
  };

  test('are listed and read', async () => {
    const { service } = await startService({ resources });
    assert.deepEqual(await service.call('resources/list'), {
      resources: [{ uri: 'file:///a', name: 'echo' }],
    });
    assert.deepEqual(await service.call('resources/read', { uri: 'file:///a' }), {
      contents: [{ uri: 'file:///a', text: 'content' }],
    });
  });

  test('need a uri to be read', async () => {
    const { service } = await startService({ resources });
    for (const params of [undefined, null, {}, { uri: 5 }]) {
      await assert.rejects(service.call('resources/read', params), { code: 'ERR_INVALID_PARAMS' });
    }
  });

  test('are no method of a service without them', async () => {
    const { service } = await startService();
    for (const method of ['resources/list', 'resources/read', 'prompts/list', 'prompts/get']) {
      await assert.rejects(service.call(method), { code: 'ERR_INVALID_REQUEST' });
    }
  });
});

describe('Prompts', () => {
  const prompts = {
    greet: {
      description: 'Greets.',
      arguments: [{ name: 'who', required: true }, { name: 'how' }],
      get: (args: Readonly<Record<string, string>>) => ({
        messages: [
          { role: 'user' as const, content: { type: 'text' as const, text: `Hi ${args['who']}` } },
        ],
      }),
    },
  };

  test('are listed and made', async () => {
    const { service } = await startService({ prompts });
    assert.deepEqual(await service.call('prompts/list'), {
      prompts: [
        {
          name: 'greet',
          description: 'Greets.',
          arguments: [{ name: 'who', required: true }, { name: 'how' }],
        },
      ],
    });
    const made = await service.call('prompts/get', { name: 'greet', arguments: { who: 'Ada' } });
    assert.deepEqual(made, {
      messages: [{ role: 'user', content: { type: 'text', text: 'Hi Ada' } }],
    });
  });

  test('refuse an unknown name and a missing argument', async () => {
    const { service } = await startService({ prompts });
    const code = 'ERR_INVALID_PARAMS';
    for (const name of ['greeet', 'toString', undefined]) {
      await assert.rejects(service.call('prompts/get', { name }), { code, message: /greet/ });
    }
    await assert.rejects(service.call('prompts/get', { name: 'greet' }), {
      code,
      message: "prompt 'greet' needs the argument 'who'",
    });
    assert.equal(service.status, 'running');
  });
});
