/**
 * The command `toolrig compare`: its arguments, flags and help. `compare.ts` does the work.
 */

import { join } from 'node:path';
import type { Argv, CommandModule } from 'yargs';
import { METRICS } from '../harness/compare/metric.ts';
import { names, namesAmong, oneOf, share, text } from './coerce.ts';
import type { CompareFlags } from './compare.ts';
import { FORMATS } from './comparison-flags.ts';

const FAILURES = ['regressed', 'inconclusive'] as const;

const WHAT = 'What to compare:';
const OUTPUT = 'Output:';

const HELP = `A run is the id of one, the start of an id, its folder, its run.json, latest, or
the name of a baseline.
Two variants of one run took turns, so their rounds are paired. Two runs were
made at different times, so theirs are not, and what the machine was like then
is in the difference: toolrig gate measures both in turn.

Examples:
  toolrig compare 20261122-153012-ab12 latest
    what changed between two runs
  toolrig compare latest --variants native,worker --scenario calculator-batch
    two variants of one run
  toolrig compare before.json after.json --metrics p50,cpuNsPerCall \\
      --fail-on regressed
    exits with 1 when one of them is worse beyond doubt
  toolrig compare before.json after.json \\
      --format markdown >> "$GITHUB_STEP_SUMMARY"
    a table on the page of a workflow

Exit codes:
  0  compared
  1  something regressed, fails or is gone in the candidate, with --fail-on
     regressed
  2  usage: no such run, flag, scenario or variant
  5  something is inconclusive, with --fail-on inconclusive`;

export const compareCommand: CommandModule<object, CompareFlags> = {
  command: 'compare <base> [candidate]',
  describe: 'compare two runs, or two variants',
  builder: (args) => declare(args) as unknown as Argv<CompareFlags>,
  async handler(flags) {
    const { compare } = await import('./compare.ts');
    await compare(flags);
  },
};

function declare(args: Argv): Argv {
  return args
    .usage('$0 compare <base> [candidate]\n\nSays what changed, and what can be said at all.')
    .positional('base', { type: 'string', describe: 'the run to compare with' })
    .positional('candidate', { type: 'string', describe: 'the run that may be better or worse' })
    .options({
      variants: {
        group: WHAT,
        string: true,
        coerce: names('variants'),
        describe: 'of one run: base,candidate; of two: only these',
      },
      scenario: {
        group: WHAT,
        string: true,
        coerce: names('scenario'),
        describe: 'only these, as payload-sweep or oom/map',
      },
      metrics: {
        group: WHAT,
        string: true,
        coerce: namesAmong('metrics', METRICS),
        describe: 'default: all but nsPerCall',
      },
      tolerance: {
        group: WHAT,
        string: true,
        default: '3%',
        coerce: share('tolerance'),
        describe: 'the largest change that does not matter; default: 3%',
      },
      'fail-on': {
        group: OUTPUT,
        string: true,
        coerce: namesAmong('fail-on', FAILURES),
        describe: 'regressed, inconclusive, or both',
      },
      'allow-missing': {
        group: OUTPUT,
        boolean: true,
        describe: 'the candidate may lack scenarios and variants of the base',
      },
      format: {
        group: OUTPUT,
        string: true,
        coerce: oneOf('format', FORMATS),
        describe: `${FORMATS.join(', ')}; default: text`,
      },
      json: { group: OUTPUT, boolean: true, describe: 'the same as --format json' },
      out: {
        group: OUTPUT,
        string: true,
        coerce: text('out', 'a file'),
        describe: 'a file to write to, in place of stdout',
      },
      runs: {
        group: OUTPUT,
        string: true,
        default: join('results', 'runs'),
        coerce: text('runs', 'a folder'),
        describe: 'where runs are; default: results/runs',
      },
    })
    .epilogue(HELP);
}
