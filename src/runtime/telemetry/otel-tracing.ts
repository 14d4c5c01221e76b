/**
 * One OpenTelemetry span a call, by the conventions for MCP, where a tracer provider is installed.
 *
 * An inline handler runs inside the span, so that what it traces is a child of it. The parent is the
 * caller's `traceparent` in the call's meta, or else the active span. Arguments and results are
 * never recorded; what is called is: the tool, the prompt, the URI of a resource.
 *
 * The API package is loaded by `start`, and nothing is subscribed while there is no provider:
 * install it first. Names: https://github.com/open-telemetry/semantic-conventions-genai
 */

import type * as OtelApi from '@opentelemetry/api';
import type { Attributes, Context, Span, SpanOptions, Tracer } from '@opentelemetry/api';
import { ToolrigError } from '../../core/errors.ts';
import { type CallEvent, setCallScope } from './call-channels.ts';
import { type EventBus, telemetry } from './event-bus.ts';
import { type TraceParent, traceParentOf } from './trace-parent.ts';

const HANDLER_ID = 'toolrig.tracing';
const TRACER_NAME = 'toolrig';

/** A call under way. */
interface TracedCall {
  readonly span: Span;
  /** What its handler runs in. */
  readonly context: Context;
}

export class OtelTracing {
  readonly #bus: EventBus;
  readonly #calls = new WeakMap<object, TracedCall>();
  #callsUnderWay = 0;
  #isWanted = false;
  #isTracing = false;

  /** @param bus - Default: the process's, which has room for one */
  constructor(bus: EventBus = telemetry) {
    this.#bus = bus;
  }

  /** Whether calls are traced: it was started and there was a provider. */
  get isTracing(): boolean {
    return this.#isTracing;
  }

  /**
   * Traces calls from now on, if a tracer provider is installed; otherwise does nothing, and may
   * be called again later. Idempotent.
   *
   * @throws `ERR_ALREADY_REGISTERED` when another one traces already
   */
  async start(): Promise<void> {
    this.#isWanted = true;
    const api = await import('@opentelemetry/api');
    // It may have been stopped, or started once more, while the package was loading.
    if (!this.#isWanted || this.#isTracing || !hasProvider(api)) return;
    // Still attached when it was stopped a moment ago, for the calls under way.
    if (this.#callsUnderWay === 0) {
      const tracer = api.trace.getTracer(TRACER_NAME);
      this.#bus.attach(HANDLER_ID, 'mcp.service.call', (event, _measurements, call) => {
        if (event === 'mcp.service.call.start') this.#begin(api, tracer, call);
        else this.#end(api, call);
      });
    }
    setCallScope((event, call) => {
      const traced = this.#calls.get(event);
      return traced === undefined ? call() : api.context.with(traced.context, call);
    });
    this.#isTracing = true;
  }

  /** Traces no new calls; those under way get their end. Idempotent. */
  async stop(): Promise<void> {
    this.#isWanted = false;
    if (!this.#isTracing) return;
    this.#isTracing = false;
    setCallScope(undefined);
    if (this.#callsUnderWay === 0) this.#bus.detach(HANDLER_ID);
  }

  #begin(api: typeof OtelApi, tracer: Tracer, call: CallEvent): void {
    if (!this.#isTracing) return;
    const active = api.context.active();
    const parent = traceParentOf(call.meta);
    const base = parent === undefined ? active : withParent(api, active, parent);
    const span = tracer.startSpan(spanName(call), spanOptions(api, call, parent), base);
    this.#calls.set(call, { span, context: api.trace.setSpan(base, span) });
    this.#callsUnderWay++;
  }

  #end(api: typeof OtelApi, call: CallEvent): void {
    const span = this.#calls.get(call)?.span;
    if (span === undefined) return; // it began before the tracing did
    this.#calls.delete(call);
    this.#callsUnderWay--;
    const { errorType, error } = call;
    if (errorType !== undefined) {
      span.setAttribute('error.type', errorType);
      const rpcCode = error instanceof ToolrigError ? error.rpcCode : undefined;
      if (rpcCode !== undefined) span.setAttribute('rpc.response.status_code', String(rpcCode));
      const message = error instanceof Error ? { message: error.message } : {};
      span.setStatus({ code: api.SpanStatusCode.ERROR, ...message });
    }
    span.end();
    if (!this.#isTracing && this.#callsUnderWay === 0) this.#bus.detach(HANDLER_ID);
  }
}

/** The global provider stands in for one that is not there yet; it has a real tracer only then. */
function hasProvider({ trace }: typeof OtelApi): boolean {
  const provider = trace.getTracerProvider() as Partial<OtelApi.ProxyTracerProvider>;
  if (typeof provider.getDelegateTracer !== 'function') return true;
  return provider.getDelegateTracer(TRACER_NAME) !== undefined;
}

function withParent(api: typeof OtelApi, active: Context, parent: TraceParent): Context {
  const { traceId, spanId, traceFlags, traceState } = parent;
  return api.trace.setSpanContext(active, {
    traceId,
    spanId,
    traceFlags,
    isRemote: true,
    ...(traceState === undefined ? {} : { traceState: api.createTraceState(traceState) }),
  });
}

/** The method and its target, unless there are endless many of that, as of a resource's URIs. */
function spanName({ method, tool, params }: CallEvent): string {
  const target = tool ?? promptOf(method, params);
  return target === undefined ? method : `${method} ${target}`;
}

function promptOf(method: string, params: unknown): string | undefined {
  return method === 'prompts/get' ? textOf(params, 'name') : undefined;
}

function textOf(params: unknown, key: 'name' | 'uri'): string | undefined {
  const value = (params as Readonly<Record<string, unknown>> | null | undefined)?.[key];
  return typeof value === 'string' ? value : undefined;
}

function spanOptions(
  api: typeof OtelApi,
  { service, method, tool, params }: CallEvent,
  parent: TraceParent | undefined,
): SpanOptions {
  const attributes: Attributes = { 'mcp.method.name': method, 'toolrig.service.name': service };
  if (tool !== undefined) {
    attributes['gen_ai.tool.name'] = tool;
    attributes['gen_ai.operation.name'] = 'execute_tool';
  }
  const prompt = promptOf(method, params);
  if (prompt !== undefined) attributes['gen_ai.prompt.name'] = prompt;
  const uri = method === 'resources/read' ? textOf(params, 'uri') : undefined;
  if (uri !== undefined) attributes['mcp.resource.uri'] = uri;
  // A caller that sends its trace is a client elsewhere; otherwise the call never leaves this trace.
  if (parent === undefined) return { kind: api.SpanKind.INTERNAL, attributes };
  const around = api.trace.getActiveSpan()?.spanContext();
  const links = around === undefined ? [] : [{ context: around }];
  return { kind: api.SpanKind.SERVER, attributes, links };
}
