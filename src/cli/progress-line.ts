/** How a run goes, in one line: `native: round 3/10, 6.49M calls/s, p50 139 ns, p99 310 ns, 2 failed`. */

import type { RunProgress } from '../harness/load/run-progress.ts';
import { formatNs, formatShort } from '../harness/report/units.ts';
import type { ProgressLine } from './progress.ts';

/** The line for a step of a run. */
export function progressLine(step: RunProgress): ProgressLine {
  const { scenario, variant, phase, round, rounds, callsPerSecond, failed, doneRatio } = step;
  const { dropped = 0, latencyNs } = step;
  const parts = [
    phase === 'warm-up' ? 'warming up' : `round ${round}/${rounds}`,
    ...(Number.isFinite(callsPerSecond) ? [`${formatShort(callsPerSecond)} calls/s`] : []),
    ...(latencyNs === undefined
      ? []
      : [`p50 ${formatNs(latencyNs.p50)}`, `p99 ${formatNs(latencyNs.p99)}`]),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(dropped > 0 ? [`${dropped} dropped`] : []),
  ];
  // On a terminal the line changes all the time; elsewhere it is one line a scenario.
  return { subject: scenario, detail: `${variant}: ${parts.join(', ')}`, doneRatio };
}
