/**
 * The tasks of the dispatch benches: what a native call adds to the function it calls, for a
 * handler of the bench's choice. The baseline awaits the very handler that `native-async` reaches.
 *
 * The service is not alone: others have been called before, so that the runtime's call sites have
 * seen more than one handler.
 */

import {
  defineMicroBench,
  type MicroBench,
  type MicroTask,
} from '../../src/harness/load/micro-bench.ts';
import { defineService, NativeTransport, type ToolResult } from '../../src/runtime/index.ts';

export interface Addends {
  readonly a: number;
  readonly b: number;
}

export interface Sum extends ToolResult {
  readonly structuredContent: { readonly result: number };
}

const inputSchema = {
  type: 'object',
  properties: { a: { type: 'number' }, b: { type: 'number' } },
  required: ['a', 'b'],
};

/** A bench of the native call around `add`; ratios are to awaiting it bare. */
export function dispatchBench(
  name: string,
  description: string,
  add: (addends: Addends) => Sum,
): MicroBench {
  const addAsync = async (addends: Addends): Promise<Sum> => add(addends);
  return defineMicroBench<NativeTransport>({
    name,
    description,
    baseline: 'bare-await',
    setup: () => startServices(add, addAsync),
    teardown: (transport) => transport.stop(),
    tasks: [bareAwait(addAsync), ...NATIVE_TASKS],
  });
}

const NEIGHBOURS = ['mail', 'search', 'ledger', 'weather'] as const;
/** Calls to each neighbour before anything is measured; enough for V8 to compile what they share. */
const NEIGHBOUR_CALLS = 2_000;

async function startServices(
  add: (addends: Addends) => Sum,
  addAsync: (addends: Addends) => Promise<Sum>,
): Promise<NativeTransport> {
  const transport = new NativeTransport();
  const description = 'Adds two numbers';
  for (const [index, name] of NEIGHBOURS.entries()) {
    // Handlers of their own, doing the same.
    const now = (addends: Addends) => add(addends);
    const later = async (addends: Addends) => add(addends);
    const tools = {
      now: { description, inputSchema, handler: now },
      later: { description, inputSchema, handler: later },
    };
    await transport.start(defineService({ name, tools, concurrency: index + 1 }));
  }
  await transport.start(
    defineService({
      name: 'bench',
      tools: {
        add: { description, inputSchema, handler: add },
        add_async: { description, inputSchema, handler: addAsync },
      },
    }),
  );
  for (let i = 0; i < NEIGHBOUR_CALLS; i++) {
    for (const service of NEIGHBOURS) {
      await transport.call(service, 'tools/call', { name: 'now', arguments: { a: i, b: 1 } });
      await transport.call(service, 'tools/call', { name: 'later', arguments: { a: i, b: 1 } });
    }
  }
  return transport;
}

function bareAwait(addAsync: (addends: Addends) => Promise<Sum>): MicroTask<NativeTransport> {
  return {
    name: 'bare-await',
    mode: 'async',
    prepare: () => async (calls) => {
      let right = 0;
      for (let i = 0; i < calls; i++) {
        const reply = await addAsync({ a: i, b: 1 });
        if (reply.structuredContent.result === i + 1) right++;
      }
      return right;
    },
  };
}

const NATIVE_TASKS: readonly MicroTask<NativeTransport>[] = [
  {
    name: 'native-sync',
    mode: 'async',
    prepare: (transport) => async (calls) => {
      let right = 0;
      for (let i = 0; i < calls; i++) {
        const params = { name: 'add', arguments: { a: i, b: 1 } };
        const reply = (await transport.call('bench', 'tools/call', params)) as Sum;
        if (reply.structuredContent.result === i + 1) right++;
      }
      return right;
    },
  },
  {
    name: 'native-async',
    mode: 'async',
    prepare: (transport) => async (calls) => {
      let right = 0;
      for (let i = 0; i < calls; i++) {
        const params = { name: 'add_async', arguments: { a: i, b: 1 } };
        const reply = (await transport.call('bench', 'tools/call', params)) as Sum;
        if (reply.structuredContent.result === i + 1) right++;
      }
      return right;
    },
  },
  {
    // The name resolved once; otherwise as native-sync.
    name: 'native-handle',
    mode: 'async',
    prepare: (transport) => {
      const service = transport.service('bench');
      return async (calls) => {
        let right = 0;
        for (let i = 0; i < calls; i++) {
          const params = { name: 'add', arguments: { a: i, b: 1 } };
          const reply = (await service.call('tools/call', params)) as Sum;
          if (reply.structuredContent.result === i + 1) right++;
        }
        return right;
      };
    },
  },
  {
    // Another service each time: nothing that was looked up last is of use.
    name: 'native-mixed',
    mode: 'async',
    prepare: (transport) => async (calls) => {
      let right = 0;
      for (let i = 0; i < calls; i++) {
        const params = { name: 'now', arguments: { a: i, b: 1 } };
        const service = NEIGHBOURS[i & 3] as string;
        const reply = (await transport.call(service, 'tools/call', params)) as Sum;
        if (reply.structuredContent.result === i + 1) right++;
      }
      return right;
    },
  },
  {
    // native-sync, with parameters and reply through text; no envelope, no socket.
    name: 'json',
    mode: 'async',
    prepare: (transport) => async (calls) => {
      let right = 0;
      for (let i = 0; i < calls; i++) {
        const request = JSON.stringify({ name: 'add', arguments: { a: i, b: 1 } });
        const result = await transport.call('bench', 'tools/call', JSON.parse(request));
        const reply = JSON.parse(JSON.stringify(result)) as Sum;
        if (reply.structuredContent.result === i + 1) right++;
      }
      return right;
    },
  },
];
