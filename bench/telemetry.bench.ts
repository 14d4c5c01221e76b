/**
 * What telemetry adds to a native call: nothing attached, and then who listens.
 *
 * The baseline is the call without the question whether anybody listens: look-up, then the service
 * itself. Listening is a matter of the process, so each group of calls attaches and detaches for
 * itself; in `unattached` too somebody has listened before, as in a process that has been reported on.
 */

import { defineMicroBench, type MicroTask } from '../src/harness/load/micro-bench.ts';
import {
  defineService,
  MetricsCollector,
  NativeTransport,
  OtelTracing,
  type ToolResult,
  telemetry,
} from '../src/runtime/index.ts';

interface Addends {
  readonly a: number;
  readonly b: number;
}

interface Sum extends ToolResult {
  readonly structuredContent: { readonly result: number };
}

const ADD = defineService({
  name: 'bench',
  tools: {
    add: {
      description: 'Adds two numbers',
      inputSchema: {
        type: 'object',
        properties: { a: { type: 'number' }, b: { type: 'number' } },
        required: ['a', 'b'],
      },
      handler: ({ a, b }: Addends) => ({
        content: [{ type: 'text', text: `${a} + ${b} = ${a + b}` }],
        structuredContent: { result: a + b },
      }),
    },
  },
});

type Call = (params: object) => Promise<unknown> | undefined;

/** Calls between `listen` and `leave`, one after another. */
function calling(
  name: string,
  makeCall: (transport: NativeTransport) => Call,
  listen: () => void | Promise<void> = () => {},
  leave: () => void | Promise<void> = () => {},
): MicroTask<NativeTransport> {
  return {
    name,
    mode: 'async',
    prepare: (transport) => {
      const call = makeCall(transport);
      return async (calls) => {
        await listen();
        let right = 0;
        for (let i = 0; i < calls; i++) {
          const reply = (await call({ name: 'add', arguments: { a: i, b: 1 } })) as Sum;
          if (reply.structuredContent.result === i + 1) right++;
        }
        await leave();
        return right;
      };
    },
  };
}

const native = (transport: NativeTransport): Call => {
  return (params) => transport.call('bench', 'tools/call', params);
};
const collector = new MetricsCollector();
const tracing = new OtelTracing();

export const bench = defineMicroBench<NativeTransport>({
  name: 'telemetry',
  description: 'a native call with telemetry unattached and attached, beside one that never asks',
  baseline: 'without',
  setup: async () => {
    const transport = new NativeTransport();
    await transport.start(ADD);
    return transport;
  },
  teardown: (transport) => transport.stop(),
  tasks: [
    calling('without', (transport) => {
      return (params) => transport.lookup('bench')?.call('tools/call', params);
    }),
    calling('unattached', native),
    calling(
      'noop',
      native,
      () => telemetry.attach('noop', 'mcp.service.call', () => {}),
      () => {
        telemetry.detach('noop');
      },
    ),
    calling(
      'collector',
      native,
      () => collector.start(),
      () => collector.stop(),
    ),
    calling(
      'tracing-no-provider',
      native,
      () => tracing.start(),
      () => tracing.stop(),
    ),
  ],
});
