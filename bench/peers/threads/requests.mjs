/**
 * Requests, and whether their replies are right. The right answers are made beforehand, so that
 * checking costs every contender the same few nanoseconds.
 *
 * A wrong reply throws and ends the run: a number measured over wrong answers is worth nothing.
 */

import { quantile } from './blocks.mjs';
import { digest } from './tools.mjs';

/** @typedef {import('./tools.mjs').Reply} Reply */
/** @typedef {import('./tools.mjs').ToolCall} ToolCall */
/**
 * @typedef {object} Requests
 * @property {(i: number) => ToolCall} request - the i-th; an object of its own each time
 * @property {(reply: Reply, i: number) => void} check - throws unless it answers the i-th
 */

const ADDENDS = 1024;
const SEEDS = 16;

/**
 * @param {string[]} expected - texts, by number of the request
 * @param {(i: number) => ToolCall} request
 * @returns {Requests}
 */
function requestsOf(expected, request) {
  return {
    request,
    check: (reply, i) => {
      const wanted = expected[i % expected.length];
      if (reply?.content?.[0]?.text === wanted) return;
      throw new Error(`wrong reply to request ${i}: ${describe(reply)} instead of '${wanted}'`);
    },
  };
}

/** @param {unknown} reply */
function describe(reply) {
  return reply instanceof Error ? reply.message : JSON.stringify(reply);
}

/** The small call: two numbers. */
export const ADD = requestsOf(
  Array.from({ length: ADDENDS }, (_, a) => `${a} + 1 = ${a + 1}`),
  (i) => ({ name: 'add', arguments: { a: i % ADDENDS, b: 1 } }),
);

/**
 * CPU-bound work: so many blocks a call.
 *
 * @param {number} blocks
 * @returns {Requests}
 */
export function burnRequests(blocks) {
  return requestsOf(
    Array.from({ length: SEEDS }, (_, seed) => digest(seed, blocks)),
    (i) => ({ name: 'burn', arguments: { seed: i % SEEDS, blocks } }),
  );
}

/**
 * How many blocks take `workUs` in a plain loop on this machine now. Takes half a second.
 *
 * @param {number} workUs
 */
export function calibrateBlocks(workUs) {
  const BLOCKS = 16;
  const samplesUs = new Float64Array(10_000);
  let count = 0;
  const untilMs = performance.now() + 500;
  for (let beforeMs = performance.now(); beforeMs < untilMs && count < samplesUs.length; ) {
    digest(count % SEEDS, BLOCKS);
    const nowMs = performance.now();
    samplesUs[count++] = (nowMs - beforeMs) * 1e3;
    beforeMs = nowMs;
  }
  const usPerBlock = quantile(samplesUs.subarray(0, count), 0.5) / BLOCKS;
  return Math.max(1, Math.round(workUs / usPerBlock));
}
