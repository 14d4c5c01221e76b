/** The command `toolrig gate`: its flags and help. `gate.ts` does the work. */

import type { Argv, CommandModule } from 'yargs';
import { duration, names, namesAmong, oneOf, share, text, wholeNumber } from './coerce.ts';
import { FORMATS } from './comparison-flags.ts';
import type { GateFlags } from './gating/gate-flags.ts';
import { seedFlag } from './run-flags.ts';

const MAX_ROUNDS = 10_000;
/** Short for what the records call `nsPerCall`, `cpuNsPerCall` and `allocatedBytesPerCall`. */
const METRICS = ['p50', 'p90', 'p99', 'p999', 'time', 'cpu', 'alloc'] as const;

const WITH = 'What to compare with (one of the two):';
const WHAT = 'What to gate:';
const LOAD = 'Each process:';
const OUTPUT = 'Output:';

const HELP = `REF is checked out beside the repository, installed and built, once for each
commit. Then processes of both take turns (base, candidate, candidate, base)
until everything is decided or the time is up. The candidate is the working tree
as it is.

Examples:
  toolrig gate --base main --scenarios ./bench/orders.scenario.mjs
    did this branch make my tools slower?
  toolrig gate --base HEAD~1 --scenarios orders.scenario.mjs --budget 10m \\
      --tolerance 5% --on-inconclusive fail
    ten minutes, and what cannot be told is not let through
  toolrig gate --baseline release-3 --scenarios ./bench/orders.scenario.mjs
    against a run of this machine; finds large changes only
  toolrig gate --base origin/main --scenarios calculator-batch \\
      --junit gate.xml --summary "$GITHUB_STEP_SUMMARY"
    in CI; a workflow is in docs/ci/

Exit codes:
  0  nothing regressed; or it could not be told, and that is to pass
  1  regressed, or the candidate's calls fail or can no longer be made
  2  usage: no such REF, no repository, a flag
  3  a side could not be built or measured
  4  a measurement is invalid; no call was made, or those of the base failed
  5  inconclusive, with --on-inconclusive fail
130  interrupted`;

export const gateCommand: CommandModule<object, GateFlags> = {
  command: 'gate',
  describe: 'fail when slower than a commit',
  builder: (args) => declare(args) as unknown as Argv<GateFlags>,
  async handler(flags) {
    const { gate } = await import('./gate.ts');
    await gate(flags);
  },
};

function declare(args: Argv): Argv {
  return args
    .usage(
      '$0 gate --base REF\n\nFails when the working tree is slower than a commit or a baseline.',
    )
    .options({
      base: {
        group: WITH,
        string: true,
        coerce: text('base', 'a branch, tag or commit'),
        describe: 'a branch, tag or commit of this repository',
      },
      baseline: {
        group: WITH,
        string: true,
        coerce: text('baseline', 'the name of a baseline'),
        describe: 'a baseline that was made on this machine',
      },
      scenarios: {
        group: WHAT,
        string: true,
        coerce: names('scenarios'),
        describe: 'names, or paths of your own, separated by commas',
      },
      variants: {
        group: WHAT,
        string: true,
        coerce: names('variants'),
        describe: "ways to reach the services; default: native, or the baseline's",
      },
      metrics: {
        group: WHAT,
        string: true,
        default: 'p50,cpu,alloc',
        coerce: namesAmong('metrics', METRICS),
        describe: `of ${METRICS.join(', ')}; default: p50,cpu,alloc`,
      },
      tolerance: {
        group: WHAT,
        string: true,
        default: '3%',
        coerce: share('tolerance'),
        describe: 'the largest change that does not matter; default: 3%',
      },
      budget: {
        group: WHAT,
        string: true,
        default: '5m',
        coerce: duration('budget'),
        describe: 'longest time to measure; default: 5m',
      },
      'on-inconclusive': {
        group: WHAT,
        string: true,
        default: 'pass',
        coerce: oneOf('on-inconclusive', ['pass', 'fail'] as const),
        describe: 'pass (exit 0) or fail (exit 5); default: pass',
      },
      duration: {
        alias: 'd',
        group: LOAD,
        string: true,
        coerce: duration('duration'),
        describe: "measured time of a variant; default: 240ms, or the baseline's",
      },
      rounds: {
        group: LOAD,
        string: true,
        coerce: wholeNumber('rounds', 1, MAX_ROUNDS),
        describe: "blocks of each variant; default: 6, or the baseline's",
      },
      warmup: {
        group: LOAD,
        string: true,
        coerce: duration('warmup'),
        describe: 'longest warm-up; default: 300ms, for a baseline 1s',
      },
      seed: seedFlag(LOAD),
      install: {
        group: WITH,
        string: true,
        coerce: text('install', "a command such as 'pnpm install --frozen-lockfile'"),
        describe: 'installs REF; default: npm ci, where there is a lockfile',
      },
      build: {
        group: WITH,
        string: true,
        coerce: text('build', "a command such as 'npm run compile'"),
        describe: 'builds both sides; default: npm run build, if there is one',
      },
      format: {
        group: OUTPUT,
        string: true,
        coerce: oneOf('format', FORMATS),
        describe: `${FORMATS.join(', ')}; default: text`,
      },
      json: { group: OUTPUT, boolean: true, describe: 'the same as --format json' },
      junit: {
        group: OUTPUT,
        string: true,
        coerce: text('junit', 'a file'),
        describe: 'a file to write JUnit XML to, besides',
      },
      summary: {
        group: OUTPUT,
        string: true,
        coerce: text('summary', 'a file'),
        describe: 'a file to append Markdown to, besides',
      },
      quiet: { group: OUTPUT, alias: 'q', boolean: true, describe: 'no progress on stderr' },
    })
    .epilogue(HELP);
}
