/** Samples and quads for the gate, planted or drawn. */

import { QUAD, type Quad, type Side } from '../../src/harness/compare/gate/quad.ts';
import type { GateSample } from '../../src/harness/compare/gate/sample.ts';

/** A sample whose metrics are all `value`, unless told otherwise. */
export function gateSample(value: number, other: Partial<GateSample> = {}): GateSample {
  return {
    scenario: 'adding',
    variant: 'native',
    load: 'closed loop, 2 × 16 in flight',
    calls: 1_000,
    failure: undefined,
    isTimerLimited: false,
    figures: {
      p50: value,
      p90: value,
      p99: value,
      p999: value,
      nsPerCall: value,
      cpuNsPerCall: value,
      allocatedBytesPerCall: value,
    },
    ...other,
  };
}

/** A quad of one scenario; `sampleOf` is asked for each of its four processes in turn. */
export function gateQuad(
  sampleOf: (side: Side, index: number) => readonly GateSample[],
  other: Partial<Quad> = {},
): Quad {
  return { scenario: 'adding', samples: QUAD.map(sampleOf), durationMs: 6_000, ...other };
}

/**
 * Processes of a machine with noise, as lognormal figures around `baseNs`: each process has luck of its own,
 * now and then a bad stretch, and the machine drifts within a quad.
 */
export class NoisyMachine {
  readonly #random: () => number;
  readonly #sigma: number;

  constructor(random: () => number, sigma = 0.03) {
    this.#random = random;
    this.#sigma = sigma;
  }

  /** A quad in which the candidate takes `ratio` times as long, and allocates as much. */
  quad(scenario: string, ratio: number): Quad {
    const drift = (this.#normal() * this.#sigma) / 4;
    return gateQuad(
      (side, index) => {
        const cost = side === 'candidate' ? ratio : 1;
        const stretch = this.#random() < 0.02 ? 1 + this.#random() : 1;
        const luck = Math.exp(this.#sigma * this.#normal() + drift * index) * stretch;
        const value = 300 * cost * luck;
        const own = gateSample(value, { scenario });
        const allocatedBytesPerCall = 500 * Math.exp(0.0002 * this.#normal());
        return [{ ...own, figures: { ...own.figures, allocatedBytesPerCall } }];
      },
      { scenario },
    );
  }

  /** Box and Muller's. */
  #normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.#random()));
    return radius * Math.cos(2 * Math.PI * this.#random());
  }
}
