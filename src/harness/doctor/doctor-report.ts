/** What `toolrig doctor` found: one value that the text and the JSON are made of. */

import type { Environment } from '../results/environment.ts';
import type { Finding } from './finding.ts';
import type { NoiseReport } from './noise-check.ts';

/** Version of the report's shape. It grows when a field changes its meaning or goes. */
export const DOCTOR_SCHEMA_VERSION = 1;

export interface DoctorReport {
  readonly schemaVersion: typeof DOCTOR_SCHEMA_VERSION;
  readonly tool: { readonly name: string; readonly version: string };
  /** ISO 8601. */
  readonly examinedAt: string;
  readonly environment: Environment;
  /** The worst of the findings. */
  readonly verdict: 'ok' | 'warning' | 'problem';
  readonly findings: readonly Finding[];
  /** What comparisons can find; `null` when no load was made. */
  readonly noise: NoiseReport | null;
}
