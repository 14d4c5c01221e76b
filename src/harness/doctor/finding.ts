/**
 * What the doctor found about one thing that a measurement stands on. Probes bring figures, judges
 * – pure functions of figures – make findings of them, so that every verdict can be tested as any
 * machine.
 */

/**
 * - `ok`: nothing in the way of a measurement.
 * - `warning`: measurements are possible, and less certain; the advice says how to better it.
 * - `problem`: a measurement made here and now could not be defended.
 * - `unknown`: this machine does not tell.
 */
export type FindingVerdict = 'ok' | 'warning' | 'problem' | 'unknown';

export interface Finding {
  /** What was looked at, in a word or two: `steal time`. */
  readonly check: string;
  readonly verdict: FindingVerdict;
  /** What was seen, in a sentence with its figures. */
  readonly observed: string;
  /** What to do about it; `null` where there is nothing to do. */
  readonly advice: string | null;
  /** The figures behind the sentence; names carry their units. `null`: could not be found out. */
  readonly figures: Readonly<Record<string, number | string | null>>;
}

/** The worst of them: `unknown` is no worse than `ok`. */
export function worstVerdict(findings: readonly Finding[]): 'ok' | 'warning' | 'problem' {
  const verdicts = new Set(findings.map(({ verdict }) => verdict));
  if (verdicts.has('problem')) return 'problem';
  return verdicts.has('warning') ? 'warning' : 'ok';
}
