/** What `toolrig doctor` does: examines the machine, prints what it found. */

import type { DoctorReport } from '../harness/doctor/doctor-report.ts';
import { DOCTOR_SCHEMA_VERSION } from '../harness/doctor/doctor-report.ts';
import { examineHost } from '../harness/doctor/examine-host.ts';
import { worstVerdict } from '../harness/doctor/finding.ts';
import { renderDoctorText } from '../harness/report/doctor-text.ts';
import { readEnvironment, systemSources } from '../harness/results/environment.ts';
import { EXIT } from './exit-codes.ts';
import { TOOL } from './package-info.ts';
import { stdout, wantsColour } from './streams.ts';

/** The flags, checked. */
export interface DoctorFlags {
  readonly json?: boolean;
}

/** Examines, prints, and sets the exit code. */
export async function doctor(flags: DoctorFlags): Promise<void> {
  const sources = systemSources(process.cwd());
  const environment = readEnvironment(sources);
  const findings = await examineHost({
    environment,
    readText: sources.readText,
    nowMs: () => performance.now(),
    sleep: (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs)),
    rssBytes: process.memoryUsage.rss(),
  });
  const report: DoctorReport = {
    schemaVersion: DOCTOR_SCHEMA_VERSION,
    tool: TOOL,
    examinedAt: new Date().toISOString(),
    environment,
    verdict: worstVerdict(findings),
    findings,
  };
  if (flags.json === true) stdout(`${JSON.stringify(report, null, 2)}\n`);
  else stdout(renderDoctorText(report, { colour: wantsColour(process.stdout) ? 'ansi' : 'none' }));
  process.exitCode = report.verdict === 'problem' ? EXIT.invalid : EXIT.pass;
}
