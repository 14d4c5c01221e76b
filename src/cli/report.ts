/** What `toolrig report` does: reads runs, renders them, prints or writes the text. */

import { resolve } from 'node:path';
import { messageOf, ToolrigError } from '../core/errors.ts';
import { renderHistograms } from '../harness/report/histogram-text.ts';
import { type RunFormat, renderRuns } from '../harness/report/run-formats.ts';
import { writeFileAtomically } from '../harness/results/atomic-file.ts';
import { readRun } from '../harness/results/read-run.ts';
import { pageAssets } from './page-assets.ts';
import { stdout, wantsColour } from './streams.ts';

/** The arguments and flags, checked one by one. */
export interface ReportFlags {
  readonly run: string[];
  readonly format?: RunFormat;
  readonly histogram?: boolean;
  readonly out?: string;
  readonly runs: string;
}

/** Renders what the flags name. */
export async function report(flags: ReportFlags): Promise<void> {
  const { run, histogram = false, format = 'text', out } = flags;
  if (histogram && flags.format !== undefined && flags.format !== 'text') {
    throw new ToolrigError('ERR_USAGE', `--histogram is text: leave out --format ${format}`);
  }
  const records = await Promise.all(run.map((each) => readRun(each, flags.runs)));
  const colour = out === undefined && wantsColour(process.stdout) ? 'ansi' : 'none';
  const text = histogram
    ? records.map(renderHistograms).join('\n')
    : renderRuns(records, format, { colour, pageAssets });
  if (out === undefined) stdout(text);
  else await write(resolve(out), text);
}

async function write(path: string, text: string): Promise<void> {
  try {
    await writeFileAtomically(path, text);
  } catch (cause) {
    throw new ToolrigError(
      'ERR_USAGE',
      `the report cannot be written to ${path}: ${messageOf(cause)}`,
      { cause },
    );
  }
}
