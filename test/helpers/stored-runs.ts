/** A folder of stored runs for tests, without measuring anything. */

import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunRecord } from '../../src/harness/results/run-record.ts';
import { sampleRecord } from './sample-record.ts';

/** Stores a run of a day in November as `writeRun` does: its record last. Gives its id. */
export function storeRun(runs: string, day: number, overrides: Partial<RunRecord> = {}): string {
  const runId = `202611${day}-153012-ab12`;
  mkdirSync(join(runs, runId), { recursive: true });
  const startedAt = `2026-11-${day}T15:30:12.250Z`;
  const record = sampleRecord({ runId, startedAt, ...overrides });
  const file = join(runs, runId, 'run.json');
  writeFileSync(join(runs, runId, 'report.md'), `# Run ${runId}\n`);
  writeFileSync(`${file}.tmp`, JSON.stringify(record));
  renameSync(`${file}.tmp`, file);
  return runId;
}
