/**
 * What the suite `threads` measures, in the order of its numbers: who takes part, what a block of
 * it is, and what Toolrig is to reach. Two entries may have one number: they answer one question.
 */

import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterSleep, keepInFlight, oneAtATime, timerLateness } from './blocks.mjs';
import { bufferBlock, checkDigest } from './buffers.mjs';
import { withRunning } from './contenders.mjs';
import { measureIdle } from './idle.mjs';
import { OURS, startNative, startOurs, startSupervised } from './ours.mjs';
import { POOLS, PROCESSES, startPostMessage, THREADS } from './peers.mjs';
import { startPlainLoops } from './plain.mjs';
import { ADD, burnRequests, calibrateBlocks } from './requests.mjs';
import { playRounds } from './rounds.mjs';

/** @typedef {import('./rounds.mjs').Measured} Measured */
/**
 * @typedef {object} Measurement
 * @property {number} id - as in `--only`
 * @property {string} title
 * @property {string} [note]
 * @property {number} rounds - unless others are asked for
 * @property {readonly import('./rounds.mjs').Metric[]} metrics
 * @property {readonly import('./targets.mjs').Target[]} targets
 * @property {(rounds: number, onRound: (round: number) => Promise<void>) => Promise<Measured[] | undefined>} measure -
 *   the subject first; `undefined` when there is nothing to measure yet, which `note` explains
 */

const IN_FLIGHT = 64;
const BATCH_CALLS = 100_000;
const WORK_US = 50;
const SCHEDULERS = 2;
const IDLE_MS = 10_000;
const KIB = 1024;
const MIB = 1024 * KIB;

const [WORKER, PROCESS] = OURS;
const named = (/** @type {string[]} */ ...names) =>
  THREADS.filter(({ name }) => names.includes(name));
const PISCINA = THREADS.filter(({ family }) => family === 'piscina');
/** A process with no contender in it: what Node itself uses. */
const EMPTY = { name: 'an empty process', family: 'floor' };
const PEER_FAMILIES = [...new Set(THREADS.map(({ family }) => family))];

/** @type {import('./rounds.mjs').Metric} */
const CALLS_PER_SECOND = {
  key: 'callsPerSecond',
  label: 'calls/s',
  better: 'more',
  digits: 0,
  resolution: 1,
};
/** @type {import('./rounds.mjs').Metric} */
const P50_US = { key: 'p50Us', label: 'p50 µs', better: 'less', digits: 1, resolution: 0.1 };
/** @type {import('./rounds.mjs').Metric} */
const LATE_P50_MS = {
  key: 'lateP50Ms',
  label: 'late p50 ms',
  better: 'less',
  digits: 2,
  resolution: 0.1,
};
/** @type {import('./rounds.mjs').Metric} */
const LATE_P99_MS = {
  key: 'lateP99Ms',
  label: 'late p99 ms',
  better: 'less',
  digits: 2,
  resolution: 0.1,
};
/** @type {import('./rounds.mjs').Metric} */
const CPU_PERCENT = {
  key: 'cpuPercent',
  label: '% of a core',
  better: 'less',
  digits: 3,
  resolution: 0.001,
};
/** @type {import('./rounds.mjs').Metric} */
const US = { key: 'us', label: 'µs', better: 'less', digits: 1, resolution: 0.1 };

/**
 * Rounds of one block a contender, all of them up, `size` threads each.
 *
 * @param {readonly import('./contenders.mjs').Contender[]} contenders
 * @param {number} size
 * @param {(call: import('./blocks.mjs').Call) => Promise<Record<string, number>>} block
 * @returns {Measurement['measure']}
 */
function inTurns(contenders, size, block) {
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
const throughput = (durationMs) => async (call) => ({
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

/** @type {Measurement['measure']} */
function measureBatches(rounds, onRound) {
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

/** @type {Measurement['measure']} */
function measureWork(rounds, onRound) {
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

/** @type {Measurement['measure']} */
function measureLateness(rounds, onRound) {
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

/** @type {Measurement['measure']} */
async function measureBuffers(rounds, onRound) {
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

/** @type {Measurement['measure']} */
async function measureSupervision(rounds, onRound) {
  if (startSupervised === undefined) return undefined;
  return inTurns(
    [
      { name: 'native, supervised', family: 'toolrig', start: startSupervised },
      { name: 'native', family: 'native', start: startNative },
    ],
    1,
    throughput(100),
  )(rounds, onRound);
}

/** @type {readonly Measurement[]} */
export const MEASUREMENTS = [
  {
    id: 1,
    title: `${IN_FLIGHT} small calls in flight, one thread`,
    rounds: 10,
    metrics: [CALLS_PER_SECOND],
    targets: [
      {
        text: 'at least 15 × piscina',
        metric: 'callsPerSecond',
        subject: WORKER.name,
        rivals: ['piscina'],
        atLeast: 15,
      },
      {
        text: 'at least 12 × comlink',
        metric: 'callsPerSecond',
        subject: WORKER.name,
        rivals: ['comlink'],
        atLeast: 12,
      },
    ],
    measure: inTurns([WORKER, ...THREADS], 1, throughput(80)),
  },
  {
    id: 2,
    title: 'One small call at a time, while calls keep coming',
    rounds: 10,
    metrics: [P50_US],
    targets: [
      {
        text: 'at most 0.1 × the p50 of piscina',
        metric: 'p50Us',
        subject: WORKER.name,
        rivals: ['piscina'],
        atMost: 0.1,
      },
    ],
    measure: inTurns([WORKER, ...THREADS], 1, async (call) => ({
      p50Us: await oneAtATime(call, ADD, 50),
    })),
  },
  {
    id: 2,
    title: 'One small call every 20 ms, the thread asleep in between',
    rounds: 8,
    metrics: [P50_US],
    targets: [
      {
        text: "no worse than the best peer's p50",
        metric: 'p50Us',
        subject: WORKER.name,
        rivals: PEER_FAMILIES,
        atMost: 1,
      },
    ],
    measure: inTurns([WORKER, ...THREADS], 1, async (call) => ({
      p50Us: await afterSleep(call, ADD, 6, 20),
    })),
  },
  {
    id: 3,
    title: `callMany of ${BATCH_CALLS.toLocaleString('en-US')} small calls, one thread`,
    note: 'no peer takes a batch for one promise: beside it stand 64 in flight, of some of them',
    rounds: 10,
    metrics: [CALLS_PER_SECOND],
    targets: [
      {
        text: 'more than call with 64 in flight',
        metric: 'callsPerSecond',
        subject: `${WORKER.name}, callMany`,
        rivals: ['toolrig call'],
        atLeast: 1,
      },
    ],
    measure: measureBatches,
  },
  {
    id: 4,
    title: `${IN_FLIGHT} small calls in flight, one process`,
    note: 'piscina has threads only: it is what a process is to be faster than',
    rounds: 10,
    metrics: [CALLS_PER_SECOND],
    targets: [
      {
        text: 'at least 5 × piscina',
        metric: 'callsPerSecond',
        subject: PROCESS.name,
        rivals: ['piscina'],
        atLeast: 5,
      },
    ],
    measure: inTurns([PROCESS, ...PROCESSES, ...PISCINA], 1, throughput(80)),
  },
  {
    id: 5,
    title: `CPU-bound work of ${WORK_US} µs, ${IN_FLIGHT} in flight, ${SCHEDULERS} threads`,
    rounds: 10,
    metrics: [CALLS_PER_SECOND],
    targets: [
      {
        text: `at least 0.85 of ${SCHEDULERS} processes in plain loops`,
        metric: 'callsPerSecond',
        subject: WORKER.name,
        rivals: ['ceiling'],
        atLeast: 0.85,
      },
    ],
    measure: measureWork,
  },
  {
    id: 6,
    title: `How late a 1 ms timer of the host is, ${IN_FLIGHT} small calls in flight`,
    rounds: 8,
    note: 'a peer that leaves the host idle between calls is never late, and slow',
    metrics: [LATE_P99_MS, LATE_P50_MS, { ...CALLS_PER_SECOND, isContext: true }],
    targets: [
      {
        text: 'p99 at most half of that with the fastest peer',
        metric: 'lateP99Ms',
        bestBy: 'callsPerSecond',
        subject: WORKER.name,
        rivals: PEER_FAMILIES,
        atMost: 0.5,
      },
      {
        text: 'p99 at most half of that with the least late peer',
        metric: 'lateP99Ms',
        subject: WORKER.name,
        rivals: PEER_FAMILIES,
        atMost: 0.5,
      },
    ],
    measure: measureLateness,
  },
  {
    id: 7,
    title: 'At rest for 10 s, all threads up',
    note: `each in a Node of its own; pools have ${availableParallelism()} threads`,
    rounds: 5,
    metrics: [CPU_PERCENT],
    targets: OURS.map(({ name }) => ({
      text: `${name}: under 1 % of one core`,
      metric: 'cpuPercent',
      subject: name,
      atMost: 1,
    })),
    measure: async (windows, onRound) => {
      await onRound(0);
      const threads = [
        WORKER,
        ...named('piscina', 'piscina, async', 'piscina, no atomics', 'tinypool'),
        ...named('workerpool', 'comlink', 'birpc', 'postMessage'),
      ].map((one) => ({ ...one, size: availableParallelism() }));
      const others = [PROCESS, ...PROCESSES.filter(({ name }) => name === 'fork, json'), EMPTY];
      return measureIdle(
        [...threads, ...others.map((one) => ({ ...one, size: 1 }))],
        windows,
        IDLE_MS / windows,
      );
    },
  },
  {
    id: 8,
    title: 'A buffer there and back',
    rounds: 8,
    metrics: [US],
    targets: [
      {
        text: '64 MiB within 2 × the time of 64 KiB',
        metric: 'us',
        subject: 'toolrig worker, 64 MiB',
        rivals: ['toolrig worker, 64 KiB'],
        atMost: 2,
      },
    ],
    measure: measureBuffers,
  },
  {
    id: 9,
    title: `${IN_FLIGHT} small calls in flight, inline, with supervision and without`,
    note: startSupervised === undefined ? 'the runtime has no supervisor yet' : undefined,
    rounds: 12,
    metrics: [CALLS_PER_SECOND],
    targets: [
      {
        text: 'at least 0.9 of native without it',
        metric: 'callsPerSecond',
        subject: 'native, supervised',
        rivals: ['native'],
        atLeast: 0.9,
      },
    ],
    measure: measureSupervision,
  },
];
