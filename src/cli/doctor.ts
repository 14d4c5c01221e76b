/** What `toolrig doctor` does: examines the machine, prints what it found. */

import { DEFAULT_METRICS } from '../harness/compare/metric.ts';
import { DOCTOR_SCHEMA_VERSION, type DoctorReport } from '../harness/doctor/doctor-report.ts';
import { examineHost } from '../harness/doctor/examine-host.ts';
import { type Finding, worstVerdict } from '../harness/doctor/finding.ts';
import { judgeGenerator } from '../harness/doctor/generator-check.ts';
import { judgeNoise, type NoiseReport, noiseOf } from '../harness/doctor/noise-check.ts';
import { measureGeneratorCeiling } from '../harness/load/generator-ceiling.ts';
import { loadScenario } from '../harness/load/scenario-catalog.ts';
import { renderDoctorText } from '../harness/report/doctor-text.ts';
import type { Environment } from '../harness/results/environment.ts';
import { readEnvironment, systemSources } from '../harness/results/environment.ts';
import { runScenarios } from '../harness/run.ts';
import { loadVariant } from '../harness/variants/variants.ts';
import { EXIT } from './exit-codes.ts';
import { listenForInterrupt } from './interrupt.ts';
import { TOOL } from './package-info.ts';
import { createProgress, type Progress } from './progress.ts';
import { stdout, wantsColour } from './streams.ts';

/** The flags, checked. */
export interface DoctorFlags {
  readonly host?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** As many short rounds as ten seconds have place for: many tell more than long ones. */
const NOISE_LOAD = { durationMs: 6_000, rounds: 60, warmupMs: 2_000 };

/** Examines, prints, and sets the exit code. */
export async function doctor(flags: DoctorFlags): Promise<void> {
  const { host = false, json = false, quiet = false } = flags;
  const interrupt = listenForInterrupt();
  const progress = createProgress(quiet);
  const sources = systemSources(process.cwd());
  const environment = readEnvironment(sources);
  const findings: Finding[] = [];
  let noise: NoiseReport | null = null;
  try {
    progress.update({ subject: 'the machine', detail: 'watching who uses it', doneRatio: 0 });
    findings.push(
      ...(await examineHost({
        environment,
        readText: sources.readText,
        nowMs: () => performance.now(),
        sleep: (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs)),
        rssBytes: process.memoryUsage.rss(),
      })),
    );
    if (!host && !interrupt.signal.aborted) {
      const ceiling = await measureGeneratorCeiling({
        signal: interrupt.signal,
        onRate: (rate) =>
          progress.update({ subject: 'the generator', detail: `${rate}/s`, doneRatio: 0.1 }),
      });
      findings.push(judgeGenerator(ceiling));
    }
    if (!host && !interrupt.signal.aborted) {
      noise = await measureNoise(environment, interrupt.signal, progress);
      findings.push(judgeNoise(noise));
    }
  } finally {
    progress.end();
    interrupt.release();
  }
  const report: DoctorReport = {
    schemaVersion: DOCTOR_SCHEMA_VERSION,
    tool: TOOL,
    examinedAt: new Date().toISOString(),
    environment,
    verdict: worstVerdict(findings),
    findings,
    noise,
  };
  if (json) stdout(`${JSON.stringify(report, null, 2)}\n`);
  else stdout(renderDoctorText(report, { colour: wantsColour(process.stdout) ? 'ansi' : 'none' }));
  if (interrupt.signal.aborted) process.exitCode = EXIT.interrupted;
  else process.exitCode = report.verdict === 'problem' ? EXIT.invalid : EXIT.pass;
}

/** Measures one variant as two: what comes out between them is noise. */
async function measureNoise(
  environment: Environment,
  signal: AbortSignal,
  progress: Progress,
): Promise<NoiseReport> {
  const scenario = await loadScenario('calculator-batch');
  const { record } = await runScenarios([{ scenario, variants: [await loadVariant('native')] }], {
    runId: 'doctor',
    tool: TOOL,
    command: 'toolrig doctor',
    environment,
    load: NOISE_LOAD,
    seed: 1,
    signal,
    onProgress: ({ round, rounds, doneRatio }) =>
      progress.update({
        subject: 'equal code',
        detail: round === 0 ? 'warming up' : `round ${round}/${rounds}`,
        doneRatio,
      }),
  });
  const [measured] = record.scenarios;
  const own = measured?.variants[0]?.rounds ?? [];
  const twin = measured?.twin?.rounds ?? [];
  return noiseOf(own, twin, spentMs([...own, ...twin]), DEFAULT_METRICS);
}

/** From the start of the first block to the end of the last: what lies between them is spent too. */
function spentMs(blocks: readonly { startedAt: string; durationMs: number }[]): number {
  const starts = blocks.map(({ startedAt }) => Date.parse(startedAt));
  const ends = blocks.map(({ startedAt, durationMs }) => Date.parse(startedAt) + durationMs);
  return Math.max(...ends) - Math.min(...starts);
}
