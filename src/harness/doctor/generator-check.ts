/** Whether this machine can make load on a schedule, and up to which rate. */

import type { Finding } from './finding.ts';

export interface GeneratorFigures {
  /** Highest rate that one thread kept, in calls per second; 0 when none was. */
  readonly ratePerSecond: number;
  /** 99 % of its arrivals were noticed within so many ns. */
  readonly latenessP99Ns: number;
}

/** Below this an open loop over a socket may already be the generator's measurement. */
const WEAK_PER_SECOND = 20_000;

export function judgeGenerator(figures: GeneratorFigures): Finding {
  const { ratePerSecond, latenessP99Ns } = figures;
  const finding = { check: 'generator', figures: { ...figures } };
  if (ratePerSecond === 0) {
    return {
      ...finding,
      verdict: 'problem',
      observed: 'it cannot keep a schedule of 1,000 calls/s',
      advice:
        'response times measured here are its own: end what else runs, or use another machine',
    };
  }
  const rate = ratePerSecond.toLocaleString('en-US', { maximumFractionDigits: 0 });
  const observed = `one thread keeps a schedule of ${rate} calls/s, 99 % of them within ${(latenessP99Ns / 1e3).toFixed(0)} µs`;
  if (ratePerSecond >= WEAK_PER_SECOND)
    return { ...finding, verdict: 'ok', observed, advice: null };
  return {
    ...finding,
    verdict: 'warning',
    observed,
    advice:
      'a response time at a higher rate is partly the generator’s: a faster machine makes more load',
  };
}
