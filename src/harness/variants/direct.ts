/**
 * The floor: the tool's own handler, a bare awaited function and nothing else. No registry, no
 * validation, no deadline, no order: so it is exempt from the call contract, and only operations
 * that call a tool can be measured on it.
 */

import { ToolrigError } from '../../core/errors.ts';
import { didYouMean } from '../../core/nearest.ts';
import type { CallContext, ServiceDefinition } from '../../runtime/index.ts';
import type { Operation } from '../load/scenario.ts';
import { NO_USAGE, type Variant } from '../load/target.ts';
import { didNotStart, loadDefinition } from './in-process.ts';

type Handler = (args: unknown, context: unknown) => unknown;

export const directVariant: Variant = {
  name: 'direct',
  async open(services) {
    const open = new Map<string, { definition: ServiceDefinition; context: CallContext }>();
    const close = async () => {
      for (const { definition, context } of open.values()) {
        await definition.terminate('normal', context.state);
      }
      open.clear();
    };
    try {
      for (const [name, source] of Object.entries(services)) {
        const definition = await loadDefinition(name, source);
        open.set(name, { definition, context: bareContext(name, await stateOf(name, definition)) });
      }
    } catch (error) {
      await close();
      throw error;
    }
    const handlerOf = (service: string, tool: unknown) => {
      const found = open.get(service);
      if (found === undefined) throw noService(service, open.keys());
      const { tools } = found.definition;
      const endpoint = typeof tool === 'string' ? tools.get(tool) : undefined;
      if (endpoint === undefined) throw noHandler(service, tool, tools.keys());
      return { handler: endpoint.invoke as Handler, context: found.context };
    };
    return {
      async call(service, _method, params) {
        const request = params as { name?: unknown; arguments?: unknown } | undefined;
        const { handler, context } = handlerOf(service, request?.name);
        return handler(request?.arguments, context);
      },
      prepare(operation: Operation) {
        const { handler, context } = handlerOf(operation.service, operation.tool);
        return async (params) => handler((params as { arguments: unknown }).arguments, context);
      },
      usage: async () => NO_USAGE,
      close,
    };
  },
};

/** One context for all calls: nobody cancels, nobody listens. */
function bareContext(service: string, state: unknown): CallContext {
  const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
  const { signal } = new AbortController();
  return {
    state,
    service,
    signal,
    meta: {},
    progressToken: undefined,
    requestId: 'direct',
    log,
    progress() {},
  };
}

async function stateOf(service: string, definition: ServiceDefinition): Promise<unknown> {
  try {
    return await definition.init();
  } catch (cause) {
    throw didNotStart(service, cause);
  }
}

function noService(service: string, services: Iterable<string>): ToolrigError {
  return new ToolrigError(
    'ERR_SERVICE_NOT_FOUND',
    `Service not found: ${service}.${didYouMean(service, services)}`,
    { data: { service } },
  );
}

function noHandler(service: string, tool: unknown, tools: Iterable<string>): ToolrigError {
  if (typeof tool === 'string') {
    return new ToolrigError(
      'ERR_UNKNOWN_TOOL',
      `Unknown tool: ${tool}.${didYouMean(tool, tools)}`,
      { data: { service, tool } },
    );
  }
  return new ToolrigError(
    'ERR_INVALID_REQUEST',
    `the variant direct calls tools only: leave it out for operations of '${service}' with a method`,
    { data: { service } },
  );
}
