/**
 * What the suite `threads` measures, in the order of its numbers: who takes part, what a block of
 * it is, and what Toolrig is to reach. Two entries may have one number: they answer one question.
 */

import { availableParallelism } from 'node:os';
import { afterSleep, oneAtATime } from './blocks.mjs';
import { measureIdle } from './idle.mjs';
import {
  BATCH_CALLS,
  IN_FLIGHT,
  inTurns,
  measureBatches,
  measureBuffers,
  measureLateness,
  measureSupervision,
  measureWork,
  named,
  SCHEDULERS,
  throughput,
  WORK_US,
} from './measures.mjs';
import { OURS } from './ours.mjs';
import { PROCESSES, THREADS } from './peers.mjs';
import { ADD } from './requests.mjs';

/** Calls without a pause before those after a pause, in ms a block. */
const WARM_MS = 40;

/**
 * @typedef {object} Measurement
 * @property {number} id - as in `--only`
 * @property {string} title
 * @property {string} [note]
 * @property {number} rounds - unless others are asked for
 * @property {readonly import('./rounds.mjs').Metric[]} metrics
 * @property {readonly import('./targets.mjs').Target[]} targets
 * @property {import('./measures.mjs').Measure} measure -
 *   the subject first; `undefined` when there is nothing to measure yet, which `note` explains
 */

const IDLE_MS = 10_000;

/** README of piscina 5, `concurrentTasksPerWorker` and `atomics`; docs/METHODOLOGY.md has the words. */
const WHICH_ROW =
  'the row `piscina` is what its documentation advises for synchronous tasks (one a thread, atomics on); 64 tasks\n' +
  '   a thread it advises for asynchronous ones only. The target is judged against the fastest row, advised or not';

const [WORKER, PROCESS] = OURS;
const PISCINA = THREADS.filter(({ family }) => family === 'piscina');
/** A process with no contender in it: what Node itself uses. */
const EMPTY = { name: 'an empty process', family: 'floor' };
const PEER_FAMILIES = [...new Set(THREADS.map(({ family }) => family))];
/** What anybody would write by hand, with nothing of what a package is for. */
const BARE = 'postMessage';

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

/** @type {readonly Measurement[]} */
export const MEASUREMENTS = [
  {
    id: 1,
    title: `${IN_FLIGHT} small calls in flight, one thread`,
    note: WHICH_ROW,
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
    title: 'One small call every 10 ms, the thread asleep in between',
    rounds: 12,
    metrics: [P50_US],
    targets: [
      {
        text: "no worse than the best package's p50",
        metric: 'p50Us',
        subject: WORKER.name,
        rivals: PEER_FAMILIES.filter((family) => family !== BARE),
        atMost: 1,
      },
      {
        text: 'no worse than the p50 of bare postMessage',
        metric: 'p50Us',
        subject: WORKER.name,
        rivals: [BARE],
        atMost: 1,
      },
    ],
    measure: inTurns([WORKER, ...THREADS], 1, async (call) => {
      // Compiled code is wanted, which calls after a sleep alone get by and by only. It leaves the threads
      // of some on cores of their own, each to be woken from afar, until the system has moved them together.
      await oneAtATime(call, ADD, WARM_MS);
      await afterSleep(call, ADD, 10, 10);
      return { p50Us: await afterSleep(call, ADD, 20, 10) };
    }),
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
    note: `piscina has threads only: it is what a process is to be faster than;\n   ${WHICH_ROW}`,
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
