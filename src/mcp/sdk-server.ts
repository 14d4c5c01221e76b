/**
 * A native service behind the official SDK's server: every request that the SDK accepts becomes a
 * call of the transport. Nothing of a service is implemented again.
 *
 *   SDK client ──▶ SDK server ──▶ transport.call(service, method, params, { signal, … })
 *
 * `tools/call` is registered as any author of a server would, with the SDK's own validation of
 * request and result; every other method, the service's own ones included, goes through the
 * SDK's fallback handler, which validates nothing: the service does. Deadlines belong to the
 * caller, so the call here has none; the SDK's `notifications/cancelled` aborts it.
 *
 * It speaks the stateful protocol (2024-10-07 … 2025-11-25), which the SDK's client uses unless
 * told otherwise.
 */

import { createRequire } from 'node:module';
import {
  type CallToolResult,
  ProtocolError,
  Server,
  type ServerCapabilities,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { ToolrigError } from '../core/errors.ts';
import type {
  CallOptions,
  NativeTransport,
  Progress,
  ServiceDefinition,
} from '../runtime/index.ts';
import { toJsonForm } from './json-form.ts';
import { toFailedToolResult, toWireError } from './wire-errors.ts';
import { hasWireMeta, paramsWithoutWireMeta, resultOf, tokenOf } from './wire-meta.ts';

// dist/src/mcp/ is three folders deep in the package.
const { version } = createRequire(import.meta.url)('../../../package.json') as { version: string };

export interface SdkServerOptions {
  /** What is announced to clients. Default: tools, resources and prompts. */
  readonly capabilities?: ServerCapabilities;
}

/** What a service can announce: tools, and resources and prompts where it defines them. */
export function capabilitiesOf<TState>(definition: ServiceDefinition<TState>): ServerCapabilities {
  return {
    tools: {},
    ...(definition.methods.has('resources/list') ? { resources: {} } : {}),
    ...(definition.promptDescriptors.length === 0 ? {} : { prompts: {} }),
  };
}

/**
 * An SDK server, not yet connected, that presents one service of `transport`. It serves one
 * connection, as every SDK server does; make another for the next.
 *
 * The name is looked up with each call: a service that ended and was started again answers, and a
 * name that nobody holds is an `ERR_SERVICE_NOT_FOUND` of the call.
 */
export function createSdkServer(
  transport: Pick<NativeTransport, 'service'>,
  serviceName: string,
  options: SdkServerOptions = {},
): Server {
  const { capabilities = { tools: {}, resources: {}, prompts: {} } } = options;
  const service = transport.service(serviceName);
  const server = new Server({ name: serviceName, version }, { capabilities });

  server.setRequestHandler('tools/call', async ({ params }, context) => {
    try {
      const reply = await service.call('tools/call', ...nativeCall(params, context));
      return toJsonForm(reply) as CallToolResult;
    } catch (thrown) {
      if (thrown instanceof ToolrigError && thrown.code === 'ERR_INVALID_PARAMS') {
        return toFailedToolResult(thrown) as unknown as CallToolResult;
      }
      throw protocolError(thrown);
    }
  });
  server.removeRequestHandler('ping'); // the SDK would answer for a service that is gone
  server.fallbackRequestHandler = async ({ method, params }, context) => {
    try {
      const reply = await service.call(method, ...nativeCall(params, context));
      return resultOf(toJsonForm(reply));
    } catch (thrown) {
      throw protocolError(thrown);
    }
  };
  return server;
}

/** Params and options of the native call. A request without `_meta`, the usual one, costs one object. */
function nativeCall(
  params: object | undefined,
  context: ServerContext,
): [params: object | undefined, options: CallOptions] {
  const { _meta: meta, signal } = context.mcpReq;
  if (meta === undefined || !hasWireMeta(meta)) {
    return [params, { timeoutMs: Number.POSITIVE_INFINITY, signal }];
  }
  const progressToken = tokenOf(meta);
  return [
    paramsWithoutWireMeta(params, meta),
    {
      timeoutMs: Number.POSITIVE_INFINITY,
      signal,
      ...(progressToken === undefined ? {} : { progressToken }),
      ...(meta.progressToken === undefined
        ? {}
        : { onProgress: progressSender(context, meta.progressToken) }),
    },
  ];
}

function progressSender(
  context: ServerContext,
  progressToken: string | number,
): (progress: Progress) => void {
  return (progress) => {
    const params = { ...progress, progressToken };
    // It fails only when the connection is gone; then the call fails, and says so.
    context.mcpReq.notify({ method: 'notifications/progress', params }).catch(() => {});
  };
}

function protocolError(thrown: unknown): unknown {
  if (!(thrown instanceof ToolrigError)) return thrown;
  const { code, message, data } = toWireError(thrown);
  return new ProtocolError(code, message, data);
}
