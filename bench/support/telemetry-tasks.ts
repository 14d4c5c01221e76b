/**
 * The tasks of the telemetry benches: a native call as the process is now, beside one that never asks
 * whether anybody listens.
 *
 * Listening is a matter of the process, and a channel that gets its first subscriber makes V8
 * forget what it knew about it. So a bench listens, or does not, from its setup to its teardown.
 */

import {
  defineMicroBench,
  type MicroBench,
  type MicroTask,
} from '../../src/harness/load/micro-bench.ts';
import { defineService, NativeTransport, type ToolResult } from '../../src/runtime/index.ts';

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

export interface TelemetryBenchSpec {
  readonly name: string;
  readonly description: string;
  /** Called when the service runs. */
  readonly listen: () => void | Promise<void>;
  readonly leave?: () => void | Promise<void>;
}

/** A bench of the native call between `listen` and `leave`. */
export function telemetryBench(spec: TelemetryBenchSpec): MicroBench {
  const { name, description, listen, leave } = spec;
  return defineMicroBench<NativeTransport>({
    name,
    description,
    baseline: 'unasked',
    setup: async () => {
      const transport = new NativeTransport();
      await transport.start(ADD);
      await listen();
      return transport;
    },
    teardown: async (transport) => {
      await leave?.();
      await transport.stop();
    },
    tasks: [
      // As the transport does it, without the question.
      calling(
        'unasked',
        (transport) => (params) => transport.lookup('bench')?.call(METHOD, params),
      ),
      calling('native', (transport) => (params) => transport.call('bench', METHOD, params)),
    ],
  });
}

const METHOD = 'tools/call';

type Call = (params: object) => Promise<unknown> | undefined;

function calling(
  name: string,
  makeCall: (transport: NativeTransport) => Call,
): MicroTask<NativeTransport> {
  return {
    name,
    mode: 'async',
    prepare: (transport) => {
      const call = makeCall(transport);
      return async (calls) => {
        let right = 0;
        for (let i = 0; i < calls; i++) {
          const reply = (await call({ name: 'add', arguments: { a: i, b: 1 } })) as Sum;
          if (reply.structuredContent.result === i + 1) right++;
        }
        return right;
      };
    },
  };
}
