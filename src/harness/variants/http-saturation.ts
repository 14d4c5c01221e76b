/**
 * The same HTTP server as `http`, driven by autocannon instead of the SDK's client: what the server
 * can take when its caller costs next to nothing. Closed loop, one connection for each call in
 * flight: it knows no batches, so callers in batches become that many connections.
 *
 * autocannon's own histogram has whole milliseconds and leaves out failures, so every `response`
 * event's time goes into ours, and every body is parsed and checked like any other reply.
 */

import autocannon from 'autocannon';
import {
  ChildHost,
  connectHttp,
  type HttpSession,
  httpUrl,
  nativeReply,
  openHttpSession,
  parseHttpReply,
  requestBody,
} from '../../mcp/index.ts';
import { type CallPlan, methodOf, type PlannedCall } from '../load/call-plan.ts';
import { problemWith } from '../load/check-reply.ts';
import type { BlockRecorder } from '../load/recorder.ts';
import type { BlockOrder, Variant } from '../load/target.ts';
import { callersTarget, childBacking } from './sdk-callers.ts';

const NS_PER_MS = 1e6;
/** autocannon copies its requests for every connection: enough of them to vary, few enough to copy. */
const MAX_REQUESTS = 64;
/** How often autocannon looks whether it is to stop, in ms; every second, unless told. */
const STOP_LOOKS_MS = 10;

export const httpSaturationVariant: Variant = {
  name: 'http-saturation',
  async open(services) {
    const names = Object.keys(services);
    const host = await ChildHost.start({
      mode: 'http',
      services: Object.entries(services).map(([name, source]) => ({ ...source, name })),
    });
    try {
      const callers = new Map();
      const sessions = new Map<string, HttpSession>();
      for (const name of names) {
        callers.set(name, await connectHttp(host, name));
        sessions.set(name, await openHttpSession(httpUrl(host, name)));
      }
      return {
        ...callersTarget(callers, childBacking([host])),
        drive: (plan, order, recorder) => saturate(host, sessions, plan, order, recorder),
      };
    } catch (error) {
      await host.stop();
      throw error;
    }
  },
};

async function saturate(
  host: ChildHost,
  sessions: ReadonlyMap<string, HttpSession>,
  plan: CallPlan,
  order: BlockOrder,
  recorder: BlockRecorder,
): Promise<number> {
  // autocannon calls a request's onResponse and then, in the same tick, emits `response`.
  let answered: { call: PlannedCall; outcome: Outcome } | undefined;
  const count = Math.min(MAX_REQUESTS, plan.length);
  // Connections walk the plan side by side: each begins one call behind the one before it, and the
  // block where the last one ended.
  const requestsOf = (connection: number) =>
    Array.from({ length: count }, (_, index) => {
      const place = (order.firstCall + connection + index) % plan.length;
      return plan[place] as PlannedCall; // in range
    }).map((call, index) => ({
      method: 'POST' as const,
      path: httpUrl(host, call.operation.service).pathname,
      headers: { ...sessions.get(call.operation.service)?.headers },
      // Ids in flight together must differ within a session.
      body: requestBody(methodOf(call.operation), call.params, connection * MAX_REQUESTS + index),
      onResponse(status: number, body: string) {
        answered = { call, outcome: outcomeOf(call, status, body) };
      },
    }));
  const wanted = order.concurrency * order.batch;
  const connections = Math.min(wanted, order.calls);
  let connectionCount = 0;
  const startedAtMs = performance.now();
  let resolve = () => {};
  let reject = (_error: Error) => {};
  const finished = new Promise<void>((...settle) => {
    [resolve, reject] = settle;
  });
  const settings: autocannon.Options = {
    url: `http://127.0.0.1:${host.port}`,
    connections,
    requests: requestsOf(0),
    sampleInt: STOP_LOOKS_MS,
    setupClient: (client) => client.setRequests(requestsOf(connectionCount++)),
    // Whichever bound applies is set below; autocannon wants whole seconds.
    ...(order.calls === Number.POSITIVE_INFINITY
      ? { duration: Math.ceil(order.durationMs / 1e3) + 1 }
      : { amount: order.calls }),
  };
  const instance = autocannon(settings, (error: Error | null) => {
    if (error === null) resolve();
    else reject(error);
  });
  let lastResponseAtMs = startedAtMs;
  instance.on('response', (_client, _status, _bytes, responseMs) => {
    lastResponseAtMs = performance.now();
    const operation = answered?.call.operation.name ?? 'unknown';
    const outcome = answered?.outcome ?? { kind: 'wrong', problem: 'its body was never seen' };
    answered = undefined;
    if (outcome.kind === 'right') recorder.success(responseMs * NS_PER_MS);
    else if (outcome.kind === 'wrong') recorder.wrongReply(operation, outcome.problem);
    else recorder.failure(responseMs * NS_PER_MS, operation, outcome.error);
  });
  instance.on('reqError', (error: Error) => {
    // Of a request without a reply autocannon tells no time: it took no longer than the block.
    recorder.failure((performance.now() - startedAtMs) * NS_PER_MS, 'http request', error);
  });
  // A block without a single reply would be no block: the first one ends it, if it is late.
  const stop = () => {
    if (recorder.calls > 0 || order.signal.aborted) instance.stop();
    else instance.once('response', () => instance.stop());
  };
  const timer = Number.isFinite(order.durationMs) ? setTimeout(stop, order.durationMs) : undefined;
  order.signal.addEventListener('abort', stop, { once: true });
  try {
    await finished;
  } finally {
    clearTimeout(timer);
    order.signal.removeEventListener('abort', stop);
  }
  return lastResponseAtMs - startedAtMs;
}

/** What the body of a reply means for the call it answers. */
type Outcome =
  | { readonly kind: 'right' }
  | { readonly kind: 'wrong'; readonly problem: string }
  | { readonly kind: 'refused'; readonly error: unknown };

function outcomeOf(call: PlannedCall, status: number, body: string): Outcome {
  if (status !== 200) {
    return { kind: 'wrong', problem: `HTTP ${status}: ${body.slice(0, 200)}` };
  }
  try {
    const reply = parseHttpReply(body);
    if ('error' in reply) return { kind: 'refused', error: reply.error };
    const problem = problemWith(call, nativeReply(methodOf(call.operation), reply.result));
    return problem === undefined ? { kind: 'right' } : { kind: 'wrong', problem };
  } catch (error) {
    return { kind: 'refused', error }; // no JSON-RPC response: thrown here, it would end the process
  }
}
