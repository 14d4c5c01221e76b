/** Toolrig's own contenders: the service of `service.mjs`, in each of its placements. */

import { NativeTransport, Supervisor, serviceChild } from '../../../dist/src/runtime/index.js';

const SERVICE = 'bench';
const MODULE = { module: new URL('service.mjs', import.meta.url).href, export: 'service' };

/**
 * Starts the service; `size` copies of it share the calls.
 *
 * @param {'worker' | 'process'} placement
 * @param {number} size
 */
export async function startOurs(placement, size) {
  const transport = new NativeTransport();
  await transport.start(MODULE, { name: SERVICE, placement, replicas: size });
  return {
    /** @param {import('./tools.mjs').ToolCall} params */
    call: (params) => transport.call(SERVICE, 'tools/call', params),
    /** @param {import('./tools.mjs').ToolCall[]} paramsList */
    callMany: (paramsList) => transport.callMany(SERVICE, 'tools/call', paramsList),
    /**
     * @param {'echo' | 'digest'} method
     * @param {ArrayBuffer} buffer
     */
    passBuffer: (method, buffer) => transport.call(SERVICE, method, { buffer }),
    stop: () => transport.stop(),
  };
}

/** @type {import('./contenders.mjs').Contender[]} */
export const OURS = ['worker', 'process'].map((placement) => ({
  name: `toolrig ${placement}`,
  family: 'toolrig',
  start: (size) => startOurs(placement, size),
}));

/** The service in the caller's own isolate, without a supervisor. */
export async function startNative() {
  const transport = new NativeTransport();
  await transport.start(MODULE, { name: SERVICE });
  return {
    /** @param {import('./tools.mjs').ToolCall} params */
    call: (params) => transport.call(SERVICE, 'tools/call', params),
    stop: () => transport.stop(),
  };
}

/** As {@link startNative}, under a supervisor. */
export async function startSupervised() {
  const transport = new NativeTransport();
  const supervisor = await Supervisor.start([serviceChild(transport, MODULE, { name: SERVICE })]);
  return {
    /** @param {import('./tools.mjs').ToolCall} params */
    call: (params) => transport.call(SERVICE, 'tools/call', params),
    stop: async () => {
      await supervisor.stop();
      await transport.stop();
    },
  };
}
