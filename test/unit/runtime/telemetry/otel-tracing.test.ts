import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { ToolError } from '../../../../src/core/errors.ts';
import { defineService } from '../../../../src/runtime/dispatch/service-definition.ts';
import { NativeTransport } from '../../../../src/runtime/scheduler/native-transport.ts';
import { isCallObserved } from '../../../../src/runtime/telemetry/call-channels.ts';
import { EventBus } from '../../../../src/runtime/telemetry/event-bus.ts';
import { OtelTracing } from '../../../../src/runtime/telemetry/otel-tracing.ts';
import { traceParentOf } from '../../../../src/runtime/telemetry/trace-parent.ts';
import { type Deferred, defer, settle } from '../../../helpers/event-loop.ts';
import { RecordingLogger } from '../../../helpers/recording-logger.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const SPAN_ID = 'b7ad6b7169203331';
const TRACEPARENT = `00-${TRACE_ID}-${SPAN_ID}-01`;

let gate: Deferred<void> = defer();

const SHOP = defineService({
  name: 'shop',
  tools: {
    buy: {
      description: 'Buys.',
      inputSchema: { type: 'object' },
      handler: ({ item }: { item?: string }) => {
        trace.getTracer('shop').startSpan('charge').end();
        if (item === 'moon') throw new ToolError('sold out');
        return { content: [] };
      },
    },
  },
  prompts: { haggle: { get: () => ({ messages: [] }) } },
  resources: { list: () => [], read: () => [] },
  methods: {
    wait: async (name: string) => {
      trace.getTracer('shop').startSpan(`inside ${name}`).end();
      await gate.promise;
    },
  },
});

describe('OtelTracing', () => {
  const exporter = new InMemorySpanExporter();
  const logger = new RecordingLogger();
  const bus = new EventBus(logger);
  let tracing: OtelTracing;
  let transport: NativeTransport;

  beforeEach(async () => {
    gate = defer();
    exporter.reset();
    trace.setGlobalTracerProvider(
      new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
    );
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    tracing = new OtelTracing(bus);
    transport = new NativeTransport();
    await transport.start(SHOP);
    await tracing.start();
  });

  afterEach(async () => {
    await tracing.stop();
    trace.disable();
    context.disable();
  });

  /** The span of that name, once everything has ended. */
  async function spanOf(name: string): Promise<ReadableSpan> {
    await settle();
    const spans = exporter.getFinishedSpans().filter((span) => span.name === name);
    assert.equal(spans.length, 1, `one span '${name}'`);
    return spans[0] as ReadableSpan;
  }

  test('names the span of a tool call as the conventions for MCP do', async () => {
    await transport.call('shop', 'tools/call', { name: 'buy', arguments: { secret: 'x' } });
    const span = await spanOf('tools/call buy');
    assert.deepEqual(span.attributes, {
      'mcp.method.name': 'tools/call',
      'gen_ai.tool.name': 'buy',
      'gen_ai.operation.name': 'execute_tool',
      'toolrig.service.name': 'shop',
    });
    assert.equal(span.kind, SpanKind.INTERNAL);
    assert.equal(span.status.code, SpanStatusCode.UNSET);
    assert.equal(span.instrumentationScope.name, 'toolrig');
    assert.ok(span.ended);
  });

  test('names the prompt that is got, and the resource that is read beside the name', async () => {
    await transport.call('shop', 'prompts/get', { name: 'haggle' });
    await transport.call('shop', 'resources/read', { uri: 'shop://stock/1' });
    assert.deepEqual((await spanOf('prompts/get haggle')).attributes, {
      'mcp.method.name': 'prompts/get',
      'gen_ai.prompt.name': 'haggle',
      'toolrig.service.name': 'shop',
    });
    assert.deepEqual((await spanOf('resources/read')).attributes, {
      'mcp.method.name': 'resources/read',
      'mcp.resource.uri': 'shop://stock/1',
      'toolrig.service.name': 'shop',
    });
  });

  test('names the span of another method by the method alone', async () => {
    await transport.call('shop', 'ping');
    const { attributes } = await spanOf('ping');
    assert.deepEqual(attributes, {
      'mcp.method.name': 'ping',
      'toolrig.service.name': 'shop',
    });
  });

  test('marks a tool error, which is a success of the call', async () => {
    await transport.call('shop', 'tools/call', { name: 'buy', arguments: { item: 'moon' } });
    const { attributes, status } = await spanOf('tools/call buy');
    assert.equal(attributes['error.type'], 'tool_error');
    assert.equal(attributes['rpc.response.status_code'], undefined);
    assert.equal(status.code, SpanStatusCode.ERROR);
  });

  test('marks a call that failed with its code and its number', async () => {
    await transport.call('shop', 'nothing').catch(() => {});
    const { attributes, status } = await spanOf('nothing');
    assert.equal(attributes['error.type'], 'ERR_INVALID_REQUEST');
    assert.equal(attributes['rpc.response.status_code'], '-32600');
    assert.equal(status.code, SpanStatusCode.ERROR);
    assert.match(status.message ?? '', /does not handle 'nothing'/);
  });

  test('is the parent of what the handler traces', async () => {
    await transport.call('shop', 'tools/call', { name: 'buy' });
    const call = await spanOf('tools/call buy');
    const charge = await spanOf('charge');
    assert.equal(charge.parentSpanContext?.spanId, call.spanContext().spanId);
  });

  test('is the parent of what a handler traces that had to wait in the mailbox', async () => {
    const calls = ['a', 'b'].map((name) => transport.call('shop', 'wait', name));
    gate.resolve();
    await Promise.all(calls);
    await settle();
    const spans = exporter.getFinishedSpans();
    const parents = ['a', 'b'].map(
      (name) => spans.find((span) => span.name === `inside ${name}`)?.parentSpanContext?.spanId,
    );
    const waits = spans.filter(({ name }) => name === 'wait');
    assert.deepEqual(
      parents,
      waits.map((span) => span.spanContext().spanId),
    );
    assert.notEqual(parents[0], parents[1]);
  });

  test("is a child of the caller's active span", async () => {
    const tracer = trace.getTracer('caller');
    await tracer.startActiveSpan('outer', async (outer) => {
      await transport.call('shop', 'ping');
      outer.end();
    });
    const outer = await spanOf('outer');
    const ping = await spanOf('ping');
    assert.equal(ping.parentSpanContext?.spanId, outer.spanContext().spanId);
  });

  test('is a child of the traceparent in the meta, with a link to the span around it', async () => {
    const meta = { traceparent: TRACEPARENT, tracestate: 'vendor=1' };
    await trace.getTracer('caller').startActiveSpan('outer', async (outer) => {
      await transport.call('shop', 'ping', undefined, { meta });
      outer.end();
    });
    const ping = await spanOf('ping');
    const outer = await spanOf('outer');
    assert.equal(ping.spanContext().traceId, TRACE_ID);
    assert.equal(ping.parentSpanContext?.spanId, SPAN_ID);
    assert.equal(ping.parentSpanContext?.isRemote, true);
    assert.equal(ping.spanContext().traceState?.get('vendor'), '1');
    assert.equal(ping.kind, SpanKind.SERVER);
    assert.deepEqual(
      ping.links.map((link) => link.context.spanId),
      [outer.spanContext().spanId],
    );
  });

  test("is a child of the traceparent in the params' _meta, as it comes over the wire", async () => {
    await transport.call('shop', 'tools/call', {
      name: 'buy',
      _meta: { traceparent: TRACEPARENT },
    });
    const span = await spanOf('tools/call buy');
    assert.equal(span.parentSpanContext?.spanId, SPAN_ID);
  });

  test('ends the spans of calls under way when it is stopped, and then leaves', async () => {
    const call = transport.call('shop', 'wait', 'a');
    await tracing.stop();
    await tracing.stop();
    const untraced = transport.call('shop', 'ping');
    gate.resolve();
    await Promise.all([call, untraced]);
    await spanOf('wait');
    assert.deepEqual(
      exporter.getFinishedSpans().map(({ name }) => name),
      ['inside a', 'wait'],
    );
    assert.equal(isCallObserved(), false);
  });

  test('traces once, however often it is started, and again after a stop', async () => {
    await Promise.all([tracing.start(), tracing.start()]);
    await tracing.stop();
    await tracing.start();
    assert.equal(tracing.isTracing, true);
    await transport.call('shop', 'ping');
    await spanOf('ping');
  });

  test('is not started by a start that was overtaken by a stop', async () => {
    await tracing.stop();
    const starting = tracing.start();
    await tracing.stop();
    await starting;
    assert.equal(tracing.isTracing, false);
    assert.equal(isCallObserved(), false);
  });

  test('subscribes to nothing while no provider is installed', async () => {
    await tracing.stop();
    trace.disable();
    await tracing.start();
    assert.equal(tracing.isTracing, false);
    assert.equal(isCallObserved(), false);
    assert.deepEqual(bus.listHandlers(), []);
    await transport.call('shop', 'ping');
    assert.deepEqual(exporter.getFinishedSpans(), []);
  });

  test('does not disturb a call by a provider that is broken', async () => {
    await tracing.stop();
    trace.disable();
    trace.setGlobalTracerProvider({
      getTracer: () => {
        const fail = () => {
          throw new TypeError('broken');
        };
        return { startSpan: fail, startActiveSpan: fail };
      },
    });
    await tracing.start();
    assert.deepEqual(await transport.call('shop', 'ping'), {});
    assert.equal(logger.lines.length, 1);
  });
});

describe('A traceparent', () => {
  test('is read with its flags and state', () => {
    const parent = { traceId: TRACE_ID, spanId: SPAN_ID };
    assert.deepEqual(traceParentOf({ traceparent: TRACEPARENT, tracestate: 'a=1' }), {
      ...parent,
      traceFlags: 1,
      traceState: 'a=1',
    });
    assert.deepEqual(traceParentOf({ traceparent: `00-${TRACE_ID}-${SPAN_ID}-02` }), {
      ...parent,
      traceFlags: 0,
      traceState: undefined,
    });
    const later = traceParentOf({ traceparent: `01-${TRACE_ID}-${SPAN_ID}-01-more` });
    assert.equal(later?.spanId, SPAN_ID);
  });

  test('that is malformed is none', () => {
    const malformed = [
      undefined,
      7,
      '',
      `ff-${TRACE_ID}-${SPAN_ID}-01`,
      `00-${TRACE_ID}-${SPAN_ID}-01-more`,
      `00-${TRACE_ID.toUpperCase()}-${SPAN_ID}-01`,
      `00-${'0'.repeat(32)}-${SPAN_ID}-01`,
      `00-${TRACE_ID}-${'0'.repeat(16)}-01`,
      `00-${TRACE_ID}-${SPAN_ID}`,
      `${TRACEPARENT}\n`,
    ];
    for (const traceparent of malformed) assert.equal(traceParentOf({ traceparent }), undefined);
    assert.equal(traceParentOf(undefined), undefined);
  });
});
