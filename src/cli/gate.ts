/** What `toolrig gate` does: two trees measure in turn, and the worse one does not pass. */

import { access, appendFile, constants } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { messageOf, ToolrigError } from '../core/errors.ts';
import type { GateVerdict } from '../harness/compare/gate/gate.ts';
import type { GateReport } from '../harness/compare/gate/gate-report.ts';
import { type ComparisonFormat, renderComparison } from '../harness/report/comparison-formats.ts';
import { renderGateMarkdown, renderGateText } from '../harness/report/gate-text.ts';
import { renderJUnit, renderJUnitError } from '../harness/report/junit.ts';
import { writeFileAtomically } from '../harness/results/atomic-file.ts';
import { EXIT } from './exit-codes.ts';
import type { GateFlags, RunningGate } from './gating/gate-flags.ts';
import { gateOnBaseline } from './gating/gate-on-baseline.ts';
import { gateOnCommit } from './gating/gate-on-commit.ts';
import { listenForInterrupt } from './interrupt.ts';
import { pageAssets } from './page-assets.ts';
import { createProgress } from './progress.ts';
import { stderr, stdout, wantsColour } from './streams.ts';

/** Gates what the flags name, and sets the exit code. */
export async function gate(flags: GateFlags): Promise<void> {
  const { base, baseline, quiet = false } = flags;
  if ((base === undefined) === (baseline === undefined)) {
    const one = 'a commit as --base main, or a baseline as --baseline release-3';
    throw new ToolrigError('ERR_USAGE', `name one thing to compare with: ${one}`);
  }
  const format = formatOf(flags);
  await checkFiles(flags);
  const interrupt = listenForInterrupt();
  const progress = createProgress(quiet);
  const { signal } = interrupt;
  const running: RunningGate = {
    signal,
    progress,
    say: (text) => {
      if (!quiet) stderr(`${text}\n`);
    },
  };
  const startedAt = new Date().toISOString();
  let report: GateReport;
  try {
    report =
      base === undefined
        ? await gateOnBaseline(baseline as string, flags, running)
        : await gateOnCommit(base, cacheFolder(), flags, running);
  } catch (thrown) {
    const reason = signal.aborted ? 'it was interrupted before anything was measured' : thrown;
    await writeError(reason, startedAt, format, flags);
    if (!signal.aborted) throw thrown;
    // Before anything was measured.
    process.exitCode = EXIT.interrupted;
    return;
  } finally {
    progress.end();
    interrupt.release();
  }
  stdout(render(report, format));
  await writeBesides(report, flags);
  process.exitCode = signal.aborted
    ? EXIT.interrupted
    : exitCodeFor(report.gate.verdict, flags['on-inconclusive']);
}

/** Five minutes of measuring are not to end with a folder that is not there. */
async function checkFiles({ junit, summary }: GateFlags): Promise<void> {
  for (const [flag, path] of Object.entries({ junit, summary })) {
    if (path === undefined) continue;
    try {
      // oxlint-disable-next-line no-await-in-loop -- there are two
      await access(dirname(resolve(path)), constants.W_OK | constants.X_OK);
    } catch (cause) {
      const reason = messageOf(cause);
      throw new ToolrigError(
        'ERR_USAGE',
        `--${flag} ${path} cannot be written: ${reason}. Make its folder first, or name another`,
        { cause },
      );
    }
  }
}

function formatOf({ json = false, format }: GateFlags): ComparisonFormat {
  if (!json) return format ?? 'text';
  if (format === undefined || format === 'json') return 'json';
  throw new ToolrigError('ERR_USAGE', `--json and --format ${format} exclude each other: give one`);
}

function render(report: GateReport, format: ComparisonFormat): string {
  if (format === 'text') {
    return renderGateText(report, { colour: wantsColour(process.stdout) ? 'ansi' : 'none' });
  }
  return format === 'markdown'
    ? renderGateMarkdown(report)
    : renderComparison(report, format, { pageAssets });
}

/** A gate that broke is an error also to who reads nothing but its JUnit XML, or the one of the time before. */
async function writeError(
  reason: unknown,
  startedAt: string,
  format: ComparisonFormat,
  { junit }: GateFlags,
): Promise<void> {
  const document = renderJUnitError(
    'the working tree',
    startedAt,
    `the gate broke: ${messageOf(reason)}`,
  );
  if (format === 'junit') stdout(document);
  if (junit !== undefined) await writeFileAtomically(resolve(junit), document);
}

/** The files that are written besides what is printed. */
async function writeBesides(report: GateReport, flags: GateFlags): Promise<void> {
  const { junit, summary } = flags;
  try {
    if (junit !== undefined) {
      await writeFileAtomically(resolve(junit), renderJUnit(report));
    }
    // GitHub's step summary is a file that others have written to.
    if (summary !== undefined) await appendFile(resolve(summary), renderGateMarkdown(report));
  } catch (cause) {
    throw new ToolrigError('ERR_USAGE', `the report cannot be written: ${messageOf(cause)}`, {
      cause,
    });
  }
}

function exitCodeFor(verdict: GateVerdict, onInconclusive: 'pass' | 'fail'): number {
  switch (verdict) {
    case 'passed':
      return EXIT.pass;
    case 'regressed':
    case 'broken':
      return EXIT.failed;
    case 'invalid':
      return EXIT.invalid;
    case 'inconclusive':
      return onInconclusive === 'fail' ? EXIT.inconclusive : EXIT.pass;
  }
}

/** Where built trees are kept: https://specifications.freedesktop.org/basedir-spec. */
function cacheFolder(): string {
  const { XDG_CACHE_HOME } = process.env;
  const caches =
    XDG_CACHE_HOME === undefined || XDG_CACHE_HOME === ''
      ? join(homedir(), '.cache')
      : XDG_CACHE_HOME;
  return join(caches, 'toolrig', 'gate');
}
