/**
 * The suite `inline`: one small call – add two numbers, answered as a tool answers – through
 * Toolrig and through the local calls of two peers, in one process.
 *
 * What each does for its price is not the same. Toolrig does the most of it, but for nact's turn of
 * the event loop for every message, which is nact's design:
 *
 *   toolrig     look-up by name, JSON Schema, mailbox, deadline, counters, cancellation
 *   moleculer   look-up by name, balancer, middlewares, fastest-validator; as tuned, no deadline
 *   nact        mailbox, a timer a query; no validation, and a reference instead of a name
 *
 * The handler of all of them is synchronous and the same, except where a name says otherwise.
 */

import { ServiceBroker } from 'moleculer';
import nact from 'nact';
import { defineService, NativeTransport } from '../../dist/src/runtime/index.js';

/** @typedef {{ readonly a: number, readonly b: number }} Addends */
/** @typedef {{ readonly content: [], readonly structuredContent: { readonly result: number } }} Sum */
/** @typedef {(a: number) => Promise<Sum>} AddOne - adds 1 to `a` */
/** @typedef {{ readonly name: string, readonly addOne: AddOne, stop?(): Promise<void> | void }} Contender */

const TIMEOUT_MS = 5_000;

/**
 * @param {Addends} addends
 * @returns {Sum}
 */
function add({ a, b }) {
  return { content: [], structuredContent: { result: a + b } };
}

/** @param {Addends} addends */
async function addAsync({ a, b }) {
  return { content: [], structuredContent: { result: a + b } };
}

/** @returns {Promise<Contender[]>} */
async function startToolrig() {
  const transport = new NativeTransport();
  const description = 'Adds two numbers';
  const inputSchema = {
    type: 'object',
    properties: { a: { type: 'number' }, b: { type: 'number' } },
    required: ['a', 'b'],
  };
  await transport.start(
    defineService({ name: 'math', tools: { add: { description, inputSchema, handler: add } } }),
  );
  await transport.start(
    defineService({
      name: 'math-async',
      tools: { add: { description, inputSchema, handler: addAsync } },
      concurrency: 64, // moleculer has no limit; with an asynchronous handler, ours defaults to 1
    }),
  );
  /** @type {(service: string) => AddOne} */
  const through = (service) => (a) =>
    /** @type {Promise<Sum>} */ (
      transport.call(service, 'tools/call', { name: 'add', arguments: { a, b: 1 } })
    );
  return [
    { name: 'toolrig', addOne: through('math'), stop: () => transport.stop() },
    { name: 'toolrig-async', addOne: through('math-async') },
  ];
}

/**
 * Off, here as by default: metrics, tracing, tracking, bulkhead, circuit breaker, retries, cloning
 * of parameters. Off besides: logging, and the `$node` services. On, as by default: the validator.
 *
 * @param {string} name
 * @param {number} requestTimeoutMs - 0 is none, moleculer's default and the cheapest
 * @returns {Promise<Contender>}
 */
async function startMoleculer(name, requestTimeoutMs) {
  const broker = new ServiceBroker({
    nodeID: name,
    logger: false,
    metrics: false,
    tracing: false,
    internalServices: false,
    requestTimeout: requestTimeoutMs,
    skipProcessEventRegistration: true,
  });
  broker.createService({
    name: 'math',
    actions: {
      add: {
        params: { a: 'number', b: 'number' },
        /** @param {{ params: Addends }} context */
        handler: (context) => add(context.params),
      },
    },
  });
  await broker.start();
  return {
    name,
    addOne: (a) => broker.call('math.add', { a, b: 1 }),
    stop: () => broker.stop(),
  };
}

/**
 * A stateless actor that is asked, with the timeout that nact requires. It takes one message a turn
 * of the event loop (`setImmediate`), by design; a sequential call therefore waits for a whole turn.
 *
 * @returns {Contender}
 */
function startNact() {
  const system = nact.start();
  const actor = nact.spawnStateless(
    system,
    (message, context) => nact.dispatch(context.sender, add(message)),
    'math',
  );
  return {
    name: 'nact',
    addOne: (a) => nact.query(actor, { a, b: 1 }, TIMEOUT_MS),
    stop: () => nact.stop(system),
  };
}

/**
 * Starts everything that is compared. Names: `bare-await`, `toolrig`, `toolrig-async`, `moleculer`
 * (tuned: no deadline), `moleculer-deadline`, `nact`.
 *
 * @returns {Promise<Contender[]>}
 */
export async function startContenders() {
  return [
    { name: 'bare-await', addOne: (a) => addAsync({ a, b: 1 }) },
    ...(await startToolrig()),
    await startMoleculer('moleculer', 0),
    await startMoleculer('moleculer-deadline', TIMEOUT_MS),
    startNact(),
  ];
}

/**
 * A loop over `addOne` that keeps `inFlight` calls going and returns how many were answered right.
 *
 * @param {AddOne} addOne
 * @param {number} inFlight
 * @returns {(calls: number) => Promise<number>}
 */
export function loopOf(addOne, inFlight) {
  if (inFlight === 1) {
    return async (calls) => {
      let right = 0;
      for (let i = 0; i < calls; i++) {
        const reply = await addOne(i);
        if (reply.structuredContent.result === i + 1) right++;
      }
      return right;
    };
  }
  return async (calls) => {
    let next = 0;
    let right = 0;
    const work = async () => {
      while (next < calls) {
        const i = next++;
        const reply = await addOne(i);
        if (reply.structuredContent.result === i + 1) right++;
      }
    };
    await Promise.all(Array.from({ length: inFlight }, work));
    return right;
  };
}
