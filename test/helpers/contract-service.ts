/**
 * The service that every way to reach a service must serve alike: the fixture of the contract suite.
 *
 * Each tool shows one thing that a transport can get wrong. A child process imports this module by
 * URL, so it depends on the public runtime alone and its options are JSON.
 */

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CallContext,
  defineService,
  type ServiceDefinition,
  ToolError,
  type ToolResult,
  ToolrigError,
} from '../../src/runtime/index.ts';

export interface ContractServiceOptions {
  /** Requests handled at the same time. Default: 1. */
  readonly concurrency?: number;
  /** Requests that may wait. Default: 10,000. */
  readonly maxMailbox?: number;
  /** Makes the start fail with this message. Default: it does not. */
  readonly failStart?: string;
}

/** State of the service; the method `counts` replies with it. */
export interface ContractCounts {
  /** Calls of `counter` so far. */
  counter: number;
  /** Calls of `slow` whose signal aborted before they were done. */
  aborted: number;
}

type Context = CallContext<ContractCounts>;

const ANY_OBJECT = { type: 'object' } as const;
const NO_ARGUMENTS = { type: 'object', additionalProperties: false } as const;

/** A schema of required properties and no others. */
function exactly(properties: Readonly<Record<string, object>>): object {
  return {
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  };
}

/** A result with its structure as JSON text beside it. */
function structured(value: object): ToolResult {
  return { content: [{ type: 'text', text: JSON.stringify(value) }], structuredContent: value };
}

/** Bytes 0, 1, … 255, 0, …: a reply that arrives garbled does not compare equal. */
export function patternBytes(sizeBytes: number): Uint8Array {
  return new Uint8Array(sizeBytes).map((_, index) => index);
}

/** Makes the definition; the service is called `contract`. */
export function contractService(
  options: ContractServiceOptions = {},
): ServiceDefinition<ContractCounts> {
  const { concurrency = 1, maxMailbox = 10_000, failStart } = options;
  return defineService<ContractCounts>({
    name: 'contract',
    concurrency,
    maxMailbox,
    init: () => {
      if (failStart !== undefined) throw new Error(failStart);
      return { counter: 0, aborted: 0 };
    },
    tools: {
      echo: {
        description: 'Returns its arguments, as text and as structure',
        inputSchema: ANY_OBJECT,
        handler: (args: object) => structured(args),
      },
      add: {
        description: 'Adds two numbers; has an output schema',
        inputSchema: exactly({ a: { type: 'number' }, b: { type: 'number' } }),
        outputSchema: exactly({ sum: { type: 'number' } }),
        annotations: { readOnlyHint: true },
        handler: ({ a, b }: { a: number; b: number }) => structured({ sum: a + b }),
      },
      slow: {
        description:
          'Says by progress that it runs; answers after ms milliseconds, or stops when its signal aborts',
        inputSchema: exactly({ ms: { type: 'number', minimum: 0 } }),
        async handler({ ms }: { ms: number }, context: Context) {
          context.progress(0);
          try {
            await sleep(ms, undefined, { signal: context.signal });
          } catch (error) {
            context.state.aborted++;
            throw error;
          }
          return structured({ ms });
        },
      },
      stubborn: {
        description: 'Says by progress that it runs; answers once its signal has aborted: too late',
        inputSchema: NO_ARGUMENTS,
        async handler(_args: object, context: Context) {
          context.progress(0);
          if (!context.signal.aborted) await once(context.signal, 'abort');
          return structured({ late: true });
        },
      },
      fail: {
        description: 'Fails as a tool does: the caller reads the message',
        inputSchema: exactly({ message: { type: 'string' } }),
        handler({ message }: { message: string }) {
          throw new ToolError(message);
        },
      },
      crash: {
        description: 'Throws a TypeError, which ends the service',
        inputSchema: NO_ARGUMENTS,
        handler() {
          throw new TypeError('crashed on request');
        },
      },
      progress: {
        description: 'Reports steps 1 … steps, then answers',
        inputSchema: exactly({ steps: { type: 'integer', minimum: 0 } }),
        handler({ steps }: { steps: number }, context: Context) {
          for (let step = 1; step <= steps; step++) {
            context.progress(step, steps, `step ${step} of ${steps}`);
          }
          return structured({ steps });
        },
      },
      bytes: {
        description: 'Returns sizeBytes bytes, see patternBytes, as an embedded resource',
        inputSchema: exactly({ sizeBytes: { type: 'integer', minimum: 0 } }),
        handler: ({ sizeBytes }: { sizeBytes: number }) => ({
          content: [
            {
              type: 'resource',
              resource: {
                uri: `contract://bytes/${sizeBytes}`,
                mimeType: 'application/octet-stream',
                blob: patternBytes(sizeBytes),
              },
            },
          ],
        }),
      },
      mute: {
        description: 'Returns nothing, which no tool may',
        inputSchema: NO_ARGUMENTS,
        handler: () => undefined as never,
      },
      counter: {
        description: 'Counts its calls; value is 1 for the first: shows the order of handling',
        inputSchema: NO_ARGUMENTS,
        handler: (_args: object, context: Context) =>
          structured({ value: ++context.state.counter }),
      },
    },
    resources: {
      list: () => [
        { uri: 'contract://text', name: 'text', mimeType: 'text/plain', size: 5 },
        { uri: 'contract://blob', name: 'blob', mimeType: 'application/octet-stream', size: 256 },
      ],
      read(uri) {
        if (uri === 'contract://text') return [{ uri, mimeType: 'text/plain', text: 'hello' }];
        if (uri === 'contract://blob') return [{ uri, blob: patternBytes(256) }];
        throw new ToolrigError('ERR_INVALID_PARAMS', `no resource ${uri}`, { data: { uri } });
      },
    },
    prompts: {
      greet: {
        description: 'A greeting',
        arguments: [{ name: 'who', required: true }],
        get: ({ who }) => ({
          messages: [{ role: 'user', content: { type: 'text', text: `Hello, ${who}!` } }],
        }),
      },
    },
    methods: {
      // Metadata given with a call comes in `context.meta`; whether `params._meta` has it too is
      // left to the transport.
      whoami(given: { readonly _meta?: object } | undefined, context: Context) {
        const { _meta, ...params } = given ?? {};
        const { service, meta, progressToken = null } = context;
        return { service, params, meta, progressToken };
      },
      bare: (params: { reply?: unknown } | undefined) => params?.reply,
      counts: (_params: unknown, context: Context) => ({ ...context.state }),
    },
  });
}
