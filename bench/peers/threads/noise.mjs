/**
 * How busy others keep this machine: the share of all cores that is busy while this process waits.
 * Looked at between rounds, when no contender is asked for anything.
 */

import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_MS = 40;

export class NoiseProbe {
  #busyMs = 0;
  #totalMs = 0;

  /** Waits and looks. */
  async look() {
    const before = coreTimes();
    await sleep(LOOK_MS);
    const after = coreTimes();
    this.#busyMs += after.busyMs - before.busyMs;
    this.#totalMs += after.totalMs - before.totalMs;
  }

  /** From 0 to 1, over all looks so far; 0 before the first. */
  get busyRatio() {
    return this.#totalMs === 0 ? 0 : this.#busyMs / this.#totalMs;
  }
}

function coreTimes() {
  let busyMs = 0;
  let totalMs = 0;
  for (const { times } of os.cpus()) {
    const coreMs = times.user + times.nice + times.sys + times.idle + times.irq;
    totalMs += coreMs;
    busyMs += coreMs - times.idle;
  }
  return { busyMs, totalMs };
}
