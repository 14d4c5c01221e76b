/**
 * A server of c workers and one queue, in virtual time: no clock, no timers, a seed. Calls arrive as a
 * Poisson stream and are served in order of arrival, each by the worker that is free first.
 */

export interface SimulatedCalls {
  /** Response time (waiting and service) of each call, rising. */
  readonly responseNs: Float64Array;
  readonly meanResponseNs: number;
  /** Busy time of all workers over the time that passed. */
  readonly busyWorkers: number;
  /** Mean number of calls between arrival and reply. */
  readonly inFlight: number;
  readonly throughputPerSecond: number;
}

export function simulateQueue(options: {
  readonly ratePerSecond: number;
  readonly workers: number;
  /** Draws the service time of one call. */
  readonly serviceNs: (random: () => number) => number;
  readonly calls: number;
  readonly random: () => number;
}): SimulatedCalls {
  const { ratePerSecond, workers, serviceNs, calls, random } = options;
  const freeAtNs = new Float64Array(workers);
  const responseNs = new Float64Array(calls);
  let [nowNs, busyNs, lastNs, responseSumNs] = [0, 0, 0, 0];
  for (let call = 0; call < calls; call++) {
    nowNs += (-Math.log(1 - random()) / ratePerSecond) * 1e9;
    let first = 0;
    for (let worker = 1; worker < workers; worker++) {
      if ((freeAtNs[worker] as number) < (freeAtNs[first] as number)) first = worker;
    }
    const service = serviceNs(random);
    const doneNs = Math.max(nowNs, freeAtNs[first] as number) + service;
    freeAtNs[first] = doneNs;
    busyNs += service;
    lastNs = Math.max(lastNs, doneNs);
    responseNs[call] = doneNs - nowNs;
    responseSumNs += doneNs - nowNs;
  }
  responseNs.sort();
  return {
    responseNs,
    meanResponseNs: responseSumNs / calls,
    busyWorkers: busyNs / lastNs,
    inFlight: responseSumNs / lastNs,
    throughputPerSecond: (calls / lastNs) * 1e9,
  };
}

/** The value that `share` of rising values do not exceed. */
export function quantileOf(rising: Float64Array, share: number): number {
  return rising[Math.min(rising.length - 1, Math.ceil(share * rising.length) - 1)] ?? 0;
}

/** Service times by name, each with a mean of 1 ms. */
export const SERVICE_TIMES: Readonly<Record<string, (random: () => number) => number>> = {
  constant: () => 1e6,
  exponential: (random) => -Math.log(1 - random()) * 1e6,
  // Erlang's with four phases: squared coefficient of variation 0.25.
  regular: (random) =>
    -Math.log((1 - random()) * (1 - random()) * (1 - random()) * (1 - random())) * 0.25e6,
  // Nine of ten calls are short, one is long: squared coefficient of variation 2.6.
  mixed: (random) => (random() < 0.9 ? 0.5e6 : 5.5e6) * (0.8 + 0.4 * random()),
};
