/**
 * Blocks: one contender under one kind of load for some milliseconds, and the numbers of it.
 * Every reply is checked as it comes.
 */

import { setTimeout as sleep } from 'node:timers/promises';

/** @typedef {import('./requests.mjs').Requests} Requests */
/** @typedef {(params: import('./tools.mjs').ToolCall) => Promise<any>} Call */

/** Calls between two looks at the clock, when many are in flight. */
const CALLS_PER_LOOK = 16;
const MAX_SAMPLES = 200_000;
const samples = new Float64Array(MAX_SAMPLES);

/**
 * Keeps `inFlight` calls going. Returns calls answered per second.
 *
 * @param {Call} call
 * @param {Requests} requests
 * @param {number} inFlight
 * @param {number} durationMs
 */
export async function keepInFlight(call, { request, check }, inFlight, durationMs) {
  let next = 0;
  let answered = 0;
  let isOver = false;
  const startedMs = performance.now();
  const caller = async () => {
    while (!isOver) {
      const i = next++;
      check(await call(request(i)), i);
      if (++answered % CALLS_PER_LOOK === 0) isOver = performance.now() - startedMs >= durationMs;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, caller));
  return (answered / (performance.now() - startedMs)) * 1e3;
}

/**
 * Calls one after another without a pause. Returns the median latency in µs.
 *
 * @param {Call} call
 * @param {Requests} requests
 * @param {number} durationMs
 */
export async function oneAtATime(call, { request, check }, durationMs) {
  let count = 0;
  let beforeMs = performance.now();
  const untilMs = beforeMs + durationMs;
  while (beforeMs < untilMs && count < MAX_SAMPLES) {
    check(await call(request(count)), count);
    const nowMs = performance.now();
    samples[count++] = nowMs - beforeMs;
    beforeMs = nowMs;
  }
  return quantile(samples.subarray(0, count), 0.5) * 1e3;
}

/**
 * Calls once every `pauseMs`, so that both sides have gone to sleep. Returns the median latency in µs.
 *
 * @param {Call} call
 * @param {Requests} requests
 * @param {number} calls
 * @param {number} pauseMs
 */
export async function afterSleep(call, { request, check }, calls, pauseMs) {
  for (let i = 0; i < calls; i++) {
    await sleep(pauseMs);
    const beforeMs = performance.now();
    const reply = await call(request(i));
    samples[i] = performance.now() - beforeMs;
    check(reply, i);
  }
  return quantile(samples.subarray(0, calls), 0.5) * 1e3;
}

/**
 * How late a timer of the host is while `load` runs: quantiles in ms of its delay beyond the 1 ms
 * that it was set to. A timer that is overdue at the end counts with what it is late by then.
 *
 * @template T
 * @param {() => Promise<T>} load
 * @returns {Promise<{ readonly loaded: T, readonly p50Ms: number, readonly p99Ms: number }>}
 */
export async function timerLateness(load) {
  const DELAY_MS = 1;
  const latenessMs = [];
  let dueMs = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const arm = () => {
    dueMs = performance.now() + DELAY_MS;
    timer = setTimeout(onFire, DELAY_MS);
  };
  const onFire = () => {
    latenessMs.push(Math.max(0, performance.now() - dueMs));
    arm();
  };
  arm();
  let loaded;
  try {
    loaded = await load();
  } finally {
    clearTimeout(timer);
  }
  if (performance.now() > dueMs || latenessMs.length === 0) {
    latenessMs.push(Math.max(0, performance.now() - dueMs));
  }
  const sorted = Float64Array.from(latenessMs);
  return { loaded, p50Ms: quantile(sorted, 0.5), p99Ms: quantile(sorted, 0.99) };
}

/**
 * Nearest rank; sorts `values`.
 *
 * @param {Float64Array} values
 * @param {number} q
 */
export function quantile(values, q) {
  values.sort();
  return values[Math.max(0, Math.ceil(q * values.length) - 1)];
}
