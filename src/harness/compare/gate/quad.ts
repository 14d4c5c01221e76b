/**
 * Quads: four processes that measure one scenario, base and candidate in the order A B B A, out of
 * which a steady drift of the machine cancels; and what of them can be compared.
 */

import type { GateSample } from './sample.ts';

export type Side = 'base' | 'candidate';

/** The processes of a quad, in order. */
export const QUAD: readonly Side[] = ['base', 'candidate', 'candidate', 'base'];

/** What the processes of a quad found, in the order of {@link QUAD}. */
export interface Quad {
  /** What each of them was asked to measure: a scenario, with all its cases. */
  readonly scenario: string;
  readonly samples: readonly (readonly GateSample[])[];
  readonly durationMs: number;
}

/** One variant on one case, in every quad that measured it. */
export interface GateSubject {
  /** The scenario whose quads it is in. */
  readonly source: string;
  /** With its case. */
  readonly scenario: string;
  readonly variant: string;
  /** Of each quad four samples; none where it cannot be gated. */
  readonly quads: readonly (readonly GateSample[])[];
  /** Why it cannot be gated; `undefined` when it can. */
  readonly obstacle: string | undefined;
}

/** `broken`: the candidate does not do what it should; `invalid`: nothing can be concluded. */
export interface GateFailure {
  readonly kind: 'broken' | 'invalid';
  readonly reason: string;
}

/** What the quads of one scenario measured, in the order in which it was first seen. */
export function subjectsOf(source: string, quads: readonly Quad[]): GateSubject[] {
  const seen = new Map<string, Pick<GateSample, 'scenario' | 'variant'>>();
  for (const { scenario, variant } of quads.flatMap(({ samples }) => samples.flat())) {
    const key = JSON.stringify([scenario, variant]);
    if (!seen.has(key)) seen.set(key, { scenario, variant });
  }
  return [...seen.values()].map(({ scenario, variant }) => {
    const found = quads.map(({ samples }) =>
      samples.map((each) =>
        each.find((one) => one.scenario === scenario && one.variant === variant),
      ),
    );
    const obstacle = obstacleIn(found.flat());
    const whole = obstacle === undefined ? (found as GateSample[][]) : [];
    return { source, scenario, variant, quads: whole, obstacle };
  });
}

/** What ends a gate at once: calls that failed, or were not made, or what is gone. */
export function failureIn({ scenario, samples }: Quad): GateFailure | undefined {
  for (const [index, each] of samples.entries()) {
    const side = sideOf(index);
    if (each.length === 0) {
      return { kind: 'invalid', reason: `${scenario}: the ${side} measured nothing` };
    }
    for (const { scenario: name, variant, calls, failure } of each) {
      const where = `${name} on ${variant}`;
      if (calls === 0) return { kind: 'invalid', reason: `${where}: the ${side} made no call` };
      if (failure === undefined) continue;
      // A base that is broken is no yardstick; a candidate that is must not pass.
      const kind = side === 'candidate' ? 'broken' : 'invalid';
      return { kind, reason: `${where}: in the ${side}, ${failure}` };
    }
  }
  return missingIn(samples);
}

/** What the base has and the candidate lacks: a gate must not become smaller by itself. */
function missingIn([base = [], candidate = []]: Quad['samples']): GateFailure | undefined {
  const gone = base.find((one) =>
    candidate.every((two) => one.scenario !== two.scenario || one.variant !== two.variant),
  );
  if (gone === undefined) return undefined;
  const where = `${gone.scenario} on ${gone.variant}`;
  return { kind: 'broken', reason: `${where}: the base has it, and the candidate no longer does` };
}

/** @param found - of each process in turn; `undefined` where it was not measured */
function obstacleIn(found: readonly (GateSample | undefined)[]): string | undefined {
  const base = found.filter((_, index) => sideOf(index) === 'base');
  if (base.includes(undefined)) return 'new: the base does not have it';
  if (found.includes(undefined)) return 'gone: the candidate does not have it';
  const loads = [...new Set(found.flatMap((sample) => sample?.load ?? []))];
  return loads.length === 1 ? undefined : `its load has changed: ${loads.join('; ')}`;
}

function sideOf(index: number): Side {
  return QUAD[index % QUAD.length] as Side;
}
