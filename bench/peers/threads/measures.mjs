/**
 * How the measurements of `measurements.mjs` are made: who is up at the same time, and what a block
 * of each is.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { keepInFlight, timerLateness } from './blocks.mjs';
import { bufferBlock, checkDigest } from './buffers.mjs';
import { withRunning } from './contenders.mjs';
import { OURS, startNative, startOurs, startSupervised } from './ours.mjs';
import { POOLS, startPostMessage, THREADS } from './peers.mjs';
import { startPlainLoops } from './plain.mjs';
import { ADD, burnRequests, calibrateBlocks } from './requests.mjs';
import { playRounds } from './rounds.mjs';

/** @typedef {import('./rounds.mjs').Measured} Measured */
/** @typedef {(rounds: number, onRound: (round: number) => Promise<void>) => Promise<Measured[] | undefined>} Measure */

/** Calls in flight, wherever there are many. */
export const IN_FLIGHT = 64;
/** Calls of a batch. */
export const BATCH_CALLS = 100_000;
/** What a CPU-bound call takes in a plain loop. */
export const WORK_US = 50;
/** Threads of each contender that CPU-bound calls are spread over. */
export const SCHEDULERS = 2;
const KIB = 1024;
const MIB = 1024 * KIB;

const [WORKER] = OURS;

/** @param {string[]} names */
export function named(...names) {
  return THREADS.filter(({ name }) => names.includes(name));
}

/**
 * Rounds of one block a contender, all of them up, `size` threads each.
 *
 * @param {readonly import('./contenders.mjs').Contender[]} contenders
 * @param {number} size
 * @param {(call: import('./blocks.mjs').Call) => Promise<Record<string, number>>} block
 * @returns {Measure}
 */
export function inTurns(contenders, size, block) {
  return (rounds, onRound) =>
    withRunning(contenders, size, (running) =>
      playRounds(
        contenders.map(({ name, family }) => ({
          name,
          family,
          run: () => block(running.get(name).call),
        })),
        rounds,
        onRound,
      ),
    );
}

/** @type {(durationMs: number) => (call: import('./blocks.mjs').Call) => Promise<Record<string, number>>} */
export const throughput = (durationMs) => async (call) => ({
  callsPerSecond: await keepInFlight(call, ADD, IN_FLIGHT, durationMs),
});

/**
 * @param {(paramsList: import('./tools.mjs').ToolCall[]) => Promise<any[]>} callMany
 * @param {import('./requests.mjs').Requests} requests
 * @param {number} calls
 */
async function batch(callMany, { request, check }, calls) {
  const paramsList = Array.from({ length: calls }, (_, i) => request(i));
  const beforeMs = performance.now();
  const replies = await callMany(paramsList);
  const callsPerSecond = (calls / (performance.now() - beforeMs)) * 1e3;
  if (replies.length !== calls) throw new Error(`${replies.length} replies to ${calls} calls`);
  for (const [i, reply] of replies.entries()) check(reply, i);
  return { callsPerSecond };
}

/** @type {Measure} */
export function measureBatches(rounds, onRound) {
  const contenders = [WORKER, ...named('piscina, no atomics', 'comlink, held', 'postMessage')];
  return withRunning(contenders, 1, (running) => {
    const { callMany } = running.get(WORKER.name);
    return playRounds(
      [
        {
          name: `${WORKER.name}, callMany`,
          family: 'toolrig',
          run: () => batch(callMany, ADD, BATCH_CALLS),
        },
        ...contenders.map(({ name, family }) => ({
          name: `${name}, ${IN_FLIGHT} in flight`,
          family: family === 'toolrig' ? 'toolrig call' : family,
          run: () => throughput(100)(running.get(name).call),
        })),
      ],
      rounds,
      onRound,
    );
  });
}

/** @type {Measure} */
export function measureWork(rounds, onRound) {
  const blocks = calibrateBlocks(WORK_US);
  const requests = burnRequests(blocks);
  const BLOCK_MS = 150;
  const contenders = [WORKER, ...POOLS];
  return withRunning(contenders, SCHEDULERS, async (running) => {
    const loops = await startPlainLoops(SCHEDULERS, blocks);
    try {
      const { callMany } = running.get(WORKER.name);
      const [ours, ...peers] = contenders.map(({ name, family }) => ({
        name,
        family,
        run: async () => ({
          callsPerSecond: await keepInFlight(running.get(name).call, requests, IN_FLIGHT, BLOCK_MS),
        }),
      }));
      const many = {
        name: `${WORKER.name}, callMany`,
        family: 'toolrig',
        run: () => batch(callMany, requests, (BLOCK_MS * 1e3 * SCHEDULERS) / WORK_US),
      };
      const ceiling = {
        name: `${SCHEDULERS} processes, plain loops`,
        family: 'ceiling',
        run: async () => ({ callsPerSecond: await loops.callsPerSecond(BLOCK_MS) }),
      };
      return await playRounds([ours, ceiling, many, ...peers], rounds, onRound);
    } finally {
      loops.stop();
    }
  });
}

/** @type {Measure} */
export function measureLateness(rounds, onRound) {
  const BLOCK_MS = 200;
  const contenders = [WORKER, ...THREADS];
  return withRunning(contenders, 1, (running) =>
    playRounds(
      [
        ...contenders.map(({ name, family }) => ({
          name,
          family,
          run: async () => {
            const { call } = running.get(name);
            const late = await timerLateness(() => keepInFlight(call, ADD, IN_FLIGHT, BLOCK_MS));
            return {
              lateP50Ms: late.p50Ms,
              lateP99Ms: late.p99Ms,
              callsPerSecond: late.loaded,
            };
          },
        })),
        {
          name: 'no calls',
          family: 'floor',
          run: async () => {
            const late = await timerLateness(() => sleep(BLOCK_MS));
            return { lateP50Ms: late.p50Ms, lateP99Ms: late.p99Ms, callsPerSecond: 0 };
          },
        },
      ],
      rounds,
      onRound,
    ),
  );
}

/** @type {Measure} */
export async function measureBuffers(rounds, onRound) {
  const SIZES = [
    { label: '64 MiB', bytes: 64 * MIB },
    { label: '64 KiB', bytes: 64 * KIB },
  ];
  const ours = await startOurs('worker', 1);
  const bare = await startPostMessage();
  try {
    for (const { bytes } of SIZES) {
      await checkDigest(bytes, (buffer) => ours.passBuffer('digest', buffer));
    }
    const blocks = [
      { name: 'toolrig worker', pass: (buffer) => ours.passBuffer('echo', buffer) },
      { name: 'postMessage, transferred', pass: bare.passBuffer },
    ].flatMap(({ name, pass }) =>
      SIZES.map(({ label, bytes }) => ({
        name: `${name}, ${label}`,
        family: `${name}, ${label}`,
        run: bufferBlock(bytes, pass),
      })),
    );
    return await playRounds(blocks, rounds, onRound);
  } finally {
    await ours.stop();
    await bare.stop();
  }
}

/** @type {Measure} */
export async function measureSupervision(rounds, onRound) {
  return inTurns(
    [
      { name: 'native, supervised', family: 'toolrig', start: startSupervised },
      { name: 'native', family: 'native', start: startNative },
    ],
    1,
    throughput(100),
  )(rounds, onRound);
}
