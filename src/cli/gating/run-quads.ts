/** Makes the gate's decisions happen: one process at a time, until there is nothing left to do. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../core/clock.ts';
import {
  addQuad,
  failGate,
  type GateRules,
  type GateState,
  nextStep,
  type StopReason,
  startGate,
} from '../../harness/compare/gate/gate.ts';
import { type GateFailure, QUAD, type Side } from '../../harness/compare/gate/quad.ts';
import type { GateSample } from '../../harness/compare/gate/sample.ts';

export interface QuadsOptions {
  /** Measures a scenario in a new process of one side; what it stores goes to the folder `out`. */
  readonly measure: (
    side: Side,
    scenario: string,
    out: string,
  ) => Promise<GateSample[] | GateFailure>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onStep: (state: GateState, scenario: string, elapsedMs: number) => void;
}

export interface QuadsResult {
  readonly state: GateState;
  readonly stopped: StopReason;
  readonly elapsedMs: number;
}

/**
 * Measures until the gate says stop, or `signal` fires: a quad that is not complete then is left
 * out.
 *
 * @throws what `measure` threw otherwise
 */
export async function runQuads(rules: GateRules, options: QuadsOptions): Promise<QuadsResult> {
  const { measure, clock, signal, onStep } = options;
  const out = await mkdtemp(join(tmpdir(), 'toolrig-gate-'));
  const startedAtMs = clock.nowMs();
  const elapsed = () => clock.nowMs() - startedAtMs;
  let state = startGate(rules);
  try {
    for (;;) {
      const step = nextStep(state, elapsed());
      if (step.kind === 'stop') return { state, stopped: step.because, elapsedMs: elapsed() };
      const { scenario } = step;
      onStep(state, scenario, elapsed());
      const begunAtMs = clock.nowMs();
      const samples: GateSample[][] = [];
      // One after the other: two at a time would measure each other.
      for (const side of QUAD) {
        // oxlint-disable-next-line no-await-in-loop
        const measured = await measure(side, scenario, out);
        if (Array.isArray(measured)) samples.push(measured);
        else return { state: failGate(state, measured), stopped: 'failure', elapsedMs: elapsed() };
      }
      const durationMs = clock.nowMs() - begunAtMs;
      state = addQuad(state, { scenario, samples, durationMs });
    }
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
    return { state, stopped: 'interrupted', elapsedMs: elapsed() };
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}
