/**
 * The peers: other ways of calling a worker thread, and of calling a child process.
 *
 * Each comes as its documentation shows it first and, where it documents a setting that bears on
 * small calls, tuned. docs/METHODOLOGY.md says what was tuned and why. Missing on purpose:
 * undici-thread-interceptor, which needs Node 22.
 */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { createBirpc } from 'birpc';
import { wrap } from 'comlink/dist/esm/comlink.mjs';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { Piscina } from 'piscina';
import { Tinypool } from 'tinypool';
import workerpool from 'workerpool';

/** @typedef {import('./contenders.mjs').Contender} Contender */

const WORKER_URL = new URL('peer-worker.mjs', import.meta.url);
const WORKER_PATH = fileURLToPath(WORKER_URL);
/** Calls that a tuned pool may hand to its threads at a time: all that are in flight. */
const IN_FLIGHT = 64;

/**
 * @param {string} name
 * @param {object} tuning
 * @returns {Contender}
 */
function piscina(name, tuning = {}) {
  return {
    name,
    family: 'piscina',
    start: async (size) => {
      const pool = new Piscina({
        filename: WORKER_URL.href,
        minThreads: size,
        maxThreads: size,
        ...shareOf(tuning, size),
      });
      return { call: (params) => pool.run(params), stop: () => pool.destroy() };
    },
  };
}

/**
 * @param {string} name
 * @param {object} tuning
 * @returns {Contender}
 */
function tinypool(name, tuning = {}) {
  return {
    name,
    family: 'tinypool',
    start: async (size) => {
      const pool = new Tinypool({
        filename: WORKER_URL.href,
        minThreads: size,
        maxThreads: size,
        ...shareOf(tuning, size),
      });
      return { call: (params) => pool.run(params), stop: () => pool.destroy() };
    },
  };
}

/**
 * @param {{ readonly concurrentTasksPerWorker?: number }} tuning
 * @param {number} size
 */
function shareOf(tuning, size) {
  const { concurrentTasksPerWorker: tasks } = tuning;
  return tasks === undefined ? tuning : { ...tuning, concurrentTasksPerWorker: tasks / size };
}

/** @param {string} peer */
async function startWorker(peer) {
  const worker = new Worker(WORKER_URL, { workerData: { peer } });
  await once(worker, 'online');
  return worker;
}

/** @type {Contender} */
const comlink = {
  name: 'comlink',
  family: 'comlink',
  start: async () => {
    const worker = await startWorker('comlink');
    const remote = wrap(nodeEndpoint(worker));
    return { call: (params) => remote.callTool(params), stop: () => worker.terminate() };
  },
};

/** As `comlink`, with the proxy of the function made once instead of once a call. */
/** @type {Contender} */
const comlinkHeld = {
  name: 'comlink, held',
  family: 'comlink',
  start: async () => {
    const worker = await startWorker('comlink');
    const callTool = wrap(nodeEndpoint(worker)).callTool;
    return { call: (params) => callTool(params), stop: () => worker.terminate() };
  },
};

/**
 * @param {string} name
 * @param {object} tuning
 * @returns {Contender}
 */
function birpc(name, tuning) {
  return {
    name,
    family: 'birpc',
    start: async () => {
      const worker = await startWorker('birpc');
      const rpc = createBirpc(
        {},
        {
          post: (data) => worker.postMessage(data),
          on: (listener) => worker.on('message', listener),
          ...tuning,
        },
      );
      return { call: (params) => rpc.$call('callTool', params), stop: () => worker.terminate() };
    },
  };
}

/**
 * @param {string} name
 * @param {'thread' | 'process'} workerType
 * @returns {Contender}
 */
function workerPool(name, workerType) {
  return {
    name,
    family: 'workerpool',
    start: async (size) => {
      const pool = workerpool.pool(WORKER_PATH, {
        workerType,
        minWorkers: size,
        maxWorkers: size,
        ...(workerType === 'thread'
          ? { workerThreadOpts: { workerData: { peer: 'workerpool' } } }
          : { forkArgs: ['workerpool'] }),
      });
      return {
        call: (params) => pool.exec('callTool', [params]),
        stop: () => pool.terminate(true),
      };
    },
  };
}

/**
 * The least that a program can do by hand: a message a call, a table of who waits.
 *
 * @param {(message: object, transfer?: ArrayBuffer[]) => void} post
 * @param {NodeJS.EventEmitter} replies
 */
function callsByMessage(post, replies) {
  /** @type {Map<number, (reply: any) => void>} */
  const waiting = new Map();
  let lastId = 0;
  replies.on('message', ({ id, reply }) => {
    const resolve = waiting.get(id);
    waiting.delete(id);
    resolve(reply);
  });
  /** @type {(message: object, transfer?: ArrayBuffer[]) => Promise<any>} */
  return (message, transfer) =>
    new Promise((resolve) => {
      const id = ++lastId;
      waiting.set(id, resolve);
      post({ id, ...message }, transfer);
    });
}

/** A worker thread and nothing else; `passBuffer` transfers both ways. */
export async function startPostMessage() {
  const worker = await startWorker('post-message');
  const send = callsByMessage((message, transfer) => worker.postMessage(message, transfer), worker);
  return {
    /** @param {import('./tools.mjs').ToolCall} params */
    call: (params) => send({ params }),
    /** @param {ArrayBuffer} buffer */
    passBuffer: (buffer) => send({ buffer }, [buffer]),
    stop: () => worker.terminate(),
  };
}

/** @type {Contender} */
const postMessage = { name: 'postMessage', family: 'postMessage', start: startPostMessage };

/**
 * @param {'json' | 'advanced'} serialization
 * @returns {Contender}
 */
function forked(serialization) {
  return {
    name: `fork, ${serialization}`,
    family: 'fork',
    start: async () => {
      const child = fork(WORKER_URL, ['fork'], { serialization });
      await once(child, 'spawn');
      const send = callsByMessage((message) => child.send(message), child);
      return {
        call: (params) => send({ params }),
        stop: async () => {
          child.kill();
          if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
        },
      };
    },
  };
}

const MANY = { concurrentTasksPerWorker: IN_FLIGHT, recordTiming: false };

/** Pools of threads, which take any number of them. */
export const POOLS = [
  piscina('piscina'),
  piscina('piscina, sync', { ...MANY, atomics: 'sync' }),
  piscina('piscina, async', { ...MANY, atomics: 'async' }),
  piscina('piscina, no atomics', { ...MANY, atomics: 'disabled' }),
  tinypool('tinypool'),
  tinypool('tinypool, atomics', { concurrentTasksPerWorker: IN_FLIGHT }),
  tinypool('tinypool, no atomics', { concurrentTasksPerWorker: IN_FLIGHT, useAtomics: false }),
  workerPool('workerpool', 'thread'),
];

/** One thread each. */
export const THREADS = [
  ...POOLS,
  comlink,
  comlinkHeld,
  birpc('birpc', {}),
  birpc('birpc, no deadline', { timeout: -1, proxify: false }),
  postMessage,
];

/** A child process each. */
export const PROCESSES = [
  forked('json'),
  forked('advanced'),
  tinypool('tinypool, process', { runtime: 'child_process', concurrentTasksPerWorker: IN_FLIGHT }),
  workerPool('workerpool, process', 'process'),
];
