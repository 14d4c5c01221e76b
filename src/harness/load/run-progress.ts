/** How far a run has come, of everything that it is to measure. */

import type { MeasureProgress } from './measurement.ts';
import type { PreparedScenario } from './prepare-scenario.ts';

export interface RunProgress extends MeasureProgress {
  /** Name of the scenario, with its case. */
  readonly scenario: string;
  readonly rounds: number;
  /** Share of the whole run that is done, 0 to 1. */
  readonly doneRatio: number;
}

/** Turns the steps of one case into a share of the whole run. */
export class ProgressMeter {
  readonly #onProgress: (progress: RunProgress) => void;
  readonly #caseCount: number;
  #casesDone = 0;

  constructor(prepared: readonly PreparedScenario[], onProgress: (progress: RunProgress) => void) {
    this.#onProgress = onProgress;
    this.#caseCount = prepared.reduce((count, { cases }) => count + cases.length, 0);
  }

  caseDone(): void {
    this.#casesDone++;
  }

  report(scenario: string, rounds: number, step: MeasureProgress): void {
    const { round, roundRatio = 1 } = step;
    const ofCase = (round - 1 + roundRatio) / (rounds + 1);
    const doneRatio = Math.min(1, (this.#casesDone + ofCase) / this.#caseCount);
    this.#onProgress({ ...step, scenario, rounds, doneRatio });
  }
}
