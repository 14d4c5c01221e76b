/**
 * What a service is: its tools, resources, prompts and methods, checked and compiled once.
 *
 * A definition is a value without state; any number of services can be started from it. It names
 * no transport: the same definition is served natively, over an SDK transport or in a child process.
 */

import { ToolrigError } from '../../core/errors.ts';
import {
  requireFunction,
  requireInteger,
  requireKnownKeys,
  requireName,
} from '../../core/options.ts';
import type { CallContext } from './call-context.ts';
import type {
  PromptArgument,
  PromptDescriptor,
  PromptResult,
  ResourceContents,
  ResourceDescriptor,
  ToolAnnotations,
  ToolDescriptor,
  ToolResult,
} from './protocol.ts';
import { type CompiledSchema, compileSchema, type SchemaSource } from './schema.ts';

type Awaitable<T> = T | Promise<T>;

export interface ToolSpec<TState> {
  /** What the tool does, for the model that chooses it. */
  readonly description: string;
  /**
   * JSON Schema 2020-12 of the arguments, or the zod schema of them; its root is an object. The
   * handler receives what zod makes of the arguments: defaults filled in, transforms applied.
   */
  readonly inputSchema: SchemaSource;
  /** Schema of `structuredContent`; a result that breaks it becomes a tool error. */
  readonly outputSchema?: SchemaSource;
  readonly annotations?: ToolAnnotations;
  /**
   * Does the work. Return the result, or a promise of it only when it must wait: a synchronous
   * handler of an idle service is answered without a queue. A reply without a `content` list
   * becomes a failed result, as it would behind an SDK server. Throw a `ToolError` for a failure the
   * caller should read. It is called without `this`. What the schema says of the arguments is not known to
   * the compiler: annotate them, with `z.infer` if the schema is zod's, and they are checked from there on.
   */
  // oxlint-disable-next-line typescript/no-explicit-any -- `unknown` would refuse those who annotate nothing
  handler(args: any, context: CallContext<TState>): Awaitable<ToolResult>;
}

export interface ResourcesSpec<TState> {
  list(context: CallContext<TState>): Awaitable<readonly ResourceDescriptor[]>;
  /** The contents of `uri`; throw `ERR_INVALID_PARAMS` when there is no such resource. */
  read(uri: string, context: CallContext<TState>): Awaitable<readonly ResourceContents[]>;
}

export interface PromptSpec<TState> {
  readonly description?: string;
  readonly arguments?: readonly PromptArgument[];
  get(
    args: Readonly<Record<string, string>>,
    context: CallContext<TState>,
  ): Awaitable<PromptResult>;
}

/** Handles a method of the service's own; what it returns is the reply. */
// oxlint-disable-next-line typescript/no-explicit-any -- as of a tool's handler
export type MethodHandler<TState> = (params: any, context: CallContext<TState>) => unknown;

export interface ServiceSpec<TState> {
  /** Name that the service is registered under unless another is given at its start. */
  readonly name: string;
  readonly tools?: Readonly<Record<string, ToolSpec<TState>>>;
  readonly resources?: ResourcesSpec<TState>;
  readonly prompts?: Readonly<Record<string, PromptSpec<TState>>>;
  /** Methods and notifications of the service's own, by name. */
  readonly methods?: Readonly<Record<string, MethodHandler<TState>>>;
  /** Makes the state; requests wait until it is done. Default: no state. */
  readonly init?: () => Awaitable<TState>;
  /** Cleans up, whatever ended the service: `reason` is `'normal'` or what was thrown. */
  readonly terminate?: (reason: unknown, state: TState) => Awaitable<void>;
  /** Requests handled at the same time. Default: 1, as a GenServer. */
  readonly concurrency?: number;
  /** Requests that may wait; one more is refused with `ERR_OVERLOADED`. Default: 10,000. */
  readonly maxMailbox?: number;
}

/** A request handler as dispatch uses it, whatever kind of thing it came from. */
export interface Endpoint {
  readonly invoke: (params: never, context: CallContext<never>) => unknown;
  readonly input: CompiledSchema | undefined;
  readonly output: CompiledSchema | undefined;
  /** Whether what it replies must be a tool's result. */
  readonly isTool: boolean;
}

/** A checked service; made by {@link defineService}. */
export interface ServiceDefinition<TState = unknown> {
  readonly name: string;
  readonly toolDescriptors: readonly ToolDescriptor[];
  readonly promptDescriptors: readonly PromptDescriptor[];
  readonly tools: ReadonlyMap<string, Endpoint>;
  readonly methods: ReadonlyMap<string, Endpoint>;
  readonly init: () => Awaitable<TState>;
  readonly terminate: (reason: unknown, state: TState) => Awaitable<void>;
  readonly concurrency: number;
  readonly maxMailbox: number;
}

const SPEC_KEYS = [
  'name',
  'tools',
  'resources',
  'prompts',
  'methods',
  'init',
  'terminate',
  'concurrency',
  'maxMailbox',
] as const satisfies (keyof ServiceSpec<unknown>)[];

const TOOL_KEYS = [
  'description',
  'inputSchema',
  'outputSchema',
  'annotations',
  'handler',
] as const satisfies (keyof ToolSpec<unknown>)[];

const PROMPT_KEYS = [
  'description',
  'arguments',
  'get',
] as const satisfies (keyof PromptSpec<unknown>)[];

/** Methods that every service answers by itself; a service cannot define its own of these. */
const BUILT_IN_METHODS = [
  'list_tools',
  'tools/list',
  'tools/call',
  'resources/list',
  'resources/read',
  'prompts/list',
  'prompts/get',
  'ping',
  'get_stats',
];

/**
 * Checks a service and compiles its schemas.
 *
 * @throws `ERR_INVALID_OPTION` for anything misspelled, missing or of the wrong type
 */
export function defineService<TState = undefined>(
  spec: ServiceSpec<TState>,
): ServiceDefinition<TState> {
  requireKnownKeys('the service', spec, SPEC_KEYS);
  const name = requireName('name', spec.name);
  const { concurrency = 1, maxMailbox = 10_000 } = spec;
  const toolDescriptors: ToolDescriptor[] = [];
  const tools = new Map<string, Endpoint>();
  for (const [toolName, tool] of Object.entries(spec.tools ?? {})) {
    const where = `tool '${toolName}' of service '${name}'`;
    requireKnownKeys(where, tool, TOOL_KEYS);
    requireFunction(`handler of ${where}`, tool.handler);
    const input = compileSchema(where, tool.inputSchema);
    const output =
      tool.outputSchema === undefined ? undefined : compileSchema(where, tool.outputSchema);
    tools.set(toolName, { invoke: tool.handler, input, output, isTool: true });
    toolDescriptors.push(
      Object.freeze({
        name: toolName,
        description: requireName(`description of ${where}`, tool.description),
        inputSchema: input.document,
        ...(output === undefined ? {} : { outputSchema: output.document }),
        ...(tool.annotations === undefined ? {} : { annotations: tool.annotations }),
      }),
    );
  }
  const promptDescriptors = Object.entries(spec.prompts ?? {}).map(([promptName, prompt]) => {
    const where = `prompt '${promptName}' of service '${name}'`;
    requireKnownKeys(where, prompt, PROMPT_KEYS);
    requireFunction(`get of ${where}`, prompt.get);
    return Object.freeze({
      name: promptName,
      ...(prompt.description === undefined ? {} : { description: prompt.description }),
      ...(prompt.arguments === undefined ? {} : { arguments: prompt.arguments }),
    });
  });
  const { init = () => undefined as TState, terminate = () => {} } = spec;
  requireFunction(`init of service '${name}'`, init);
  requireFunction(`terminate of service '${name}'`, terminate);
  return {
    name,
    toolDescriptors,
    promptDescriptors,
    tools,
    methods: ownMethods(name, spec),
    init,
    terminate,
    concurrency: requireInteger('concurrency', concurrency, 1),
    maxMailbox: requireInteger('maxMailbox', maxMailbox, 0),
  };
}

/** The service's own methods, and those of MCP that follow from its resources and prompts. */
function ownMethods<TState>(name: string, spec: ServiceSpec<TState>): Map<string, Endpoint> {
  const methods = new Map<string, Endpoint>();
  const add = (method: string, invoke: MethodHandler<TState>) =>
    methods.set(method, {
      invoke,
      input: undefined,
      output: undefined,
      isTool: false,
    });
  for (const [method, handler] of Object.entries(spec.methods ?? {})) {
    if (BUILT_IN_METHODS.includes(method)) {
      throw new ToolrigError(
        'ERR_INVALID_OPTION',
        `service '${name}' cannot define the method '${method}': every service has it`,
      );
    }
    requireFunction(`method '${method}' of service '${name}'`, handler);
    add(method, handler);
  }
  const { resources, prompts } = spec;
  if (resources !== undefined) {
    const where = `the resources of service '${name}'`;
    requireFunction(`list of ${where}`, resources.list);
    requireFunction(`read of ${where}`, resources.read);
    add('resources/list', async (_params, context) => ({
      resources: await resources.list(context),
    }));
    add('resources/read', async (params, context) => ({
      contents: await resources.read(requireUri(params), context),
    }));
  }
  if (prompts !== undefined) {
    add('prompts/get', (params, context) => {
      const request = params as { name?: unknown; arguments?: Record<string, string> } | undefined;
      const prompt = promptOf(name, prompts, request?.name);
      const args = request?.arguments ?? {};
      for (const argument of prompt.arguments ?? []) {
        if (argument.required === true && args[argument.name] === undefined) {
          throw new ToolrigError(
            'ERR_INVALID_PARAMS',
            `prompt '${String(request?.name)}' needs the argument '${argument.name}'`,
          );
        }
      }
      return prompt.get(args, context);
    });
  }
  return methods;
}

function requireUri(params: unknown): string {
  const uri = (params as { uri?: unknown } | undefined)?.uri;
  if (typeof uri === 'string') return uri;
  throw new ToolrigError('ERR_INVALID_PARAMS', 'resources/read needs params.uri, a string');
}

function promptOf<TState>(
  service: string,
  prompts: Readonly<Record<string, PromptSpec<TState>>>,
  name: unknown,
): PromptSpec<TState> {
  if (typeof name === 'string' && Object.hasOwn(prompts, name)) {
    return prompts[name] as PromptSpec<TState>;
  }
  throw new ToolrigError(
    'ERR_INVALID_PARAMS',
    `service '${service}' has no prompt '${String(name)}'. There is: ${Object.keys(prompts).join(', ')}.`,
  );
}
