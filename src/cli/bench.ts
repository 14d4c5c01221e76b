/** `toolrig bench [scenario…]`: runs scenarios on variants, stores the run, prints its tables. */

import { join, resolve } from 'node:path';
import type { ArgumentsCamelCase, Argv, CommandModule } from 'yargs';
import type { Load } from '../harness/load/scenario.ts';
import { listScenarioNames, loadScenario } from '../harness/load/scenario-catalog.ts';
import { renderSummaryCsv } from '../harness/report/csv.ts';
import { renderMarkdown } from '../harness/report/markdown.ts';
import { renderRunText } from '../harness/report/text.ts';
import { readEnvironment, systemSources } from '../harness/results/environment.ts';
import { stringifyRunRecord } from '../harness/results/run-json.ts';
import type { RunRecord } from '../harness/results/run-record.ts';
import { checkWritable, createRunId, writeRun } from '../harness/results/run-store.ts';
import {
  type PlannedScenario,
  type RunProgress,
  type RunResult,
  runScenarios,
} from '../harness/run.ts';
import { requireVariant, VARIANTS } from '../harness/variants/variants.ts';
import { duration, names, sizes, wholeNumber } from './coerce.ts';
import { EXIT } from './exit-codes.ts';
import { listenForInterrupt } from './interrupt.ts';
import { TOOL } from './package-info.ts';
import { createProgress } from './progress.ts';
import { stderr, stdout, wantsColour } from './streams.ts';

interface BenchFlags {
  readonly scenario: string[];
  readonly variants: string[] | undefined;
  readonly concurrency: number | undefined;
  readonly calls: number | undefined;
  readonly duration: number | undefined;
  readonly batch: number | undefined;
  readonly payload: number[] | undefined;
  readonly rounds: number | undefined;
  readonly warmup: number | undefined;
  readonly threshold: string[] | undefined;
  readonly seed: number;
  readonly out: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

export const benchCommand: CommandModule<object, BenchFlags> = {
  command: 'bench [scenario..]',
  describe: 'measure what each variant costs on each scenario',
  builder: (args) => withFlags(args) as unknown as Argv<BenchFlags>,
  handler: runBench,
};

function withFlags(args: Argv): Argv {
  return args
    .positional('scenario', {
      type: 'string',
      array: true,
      default: [],
      describe: 'names (see toolrig list), or paths of your own; default: all',
    })
    .options({
      variants: {
        string: true,
        coerce: names('variants'),
        describe: "ways to reach the services, as in native,json; default: the scenario's",
      },
      concurrency: {
        alias: 'c',
        string: true,
        coerce: wholeNumber('concurrency', 1),
        describe: "callers; default: the scenario's, or one a scheduler",
      },
      calls: {
        alias: 'n',
        string: true,
        coerce: wholeNumber('calls', 1),
        describe: 'calls of each variant, in place of a time',
      },
      duration: {
        alias: 'd',
        string: true,
        coerce: duration('duration'),
        describe: 'measured time of each variant, as 500ms or 10s',
      },
      batch: {
        alias: 'b',
        string: true,
        coerce: wholeNumber('batch', 1),
        describe: 'calls that a caller sends together',
      },
      payload: {
        string: true,
        coerce: sizes('payload'),
        describe: 'only these payload sizes, as 64B,1MiB',
      },
      rounds: {
        string: true,
        coerce: wholeNumber('rounds', 1),
        describe: 'blocks of each variant, interleaved',
      },
      warmup: {
        string: true,
        coerce: duration('warmup'),
        describe: 'longest warm-up of each variant',
      },
      threshold: {
        string: true,
        array: true,
        describe: "what must hold, as 'native.p99 < 50us'; may be given again",
      },
      seed: {
        string: true,
        default: '1',
        coerce: wholeNumber('seed', 0),
        describe: 'same seed, same inputs',
      },
      out: { string: true, default: join('results', 'runs'), describe: 'folder for the run' },
      json: { type: 'boolean', default: false, describe: 'print the run record alone' },
      quiet: { alias: 'q', type: 'boolean', default: false, describe: 'no progress' },
    })
    .example('$0 bench', 'the whole suite, in under three minutes')
    .example(
      '$0 bench calculator-batch --variants native,json -c 1 --batch 1',
      'one call at a time',
    )
    .example('$0 bench payload-sweep --payload 1MiB --json > run.json', 'one size, as JSON')
    .example("$0 bench ./my.scenario.mjs --threshold 'p99 < 5ms'", 'a scenario of your own')
    .epilogue(
      'Exit codes: 0 pass, 1 a threshold failed, 2 usage, 3 a target did not start,\n' +
        '4 the measurement is invalid, 130 interrupted (what was measured is kept).',
    );
}

async function runBench(flags: ArgumentsCamelCase<BenchFlags>): Promise<void> {
  const out = resolve(flags.out);
  const planned = await plan(flags);
  await checkWritable(out);
  const interrupt = listenForInterrupt();
  const progress = createProgress(flags.quiet);
  let result: RunResult;
  try {
    result = await runScenarios(planned, {
      runId: createRunId(new Date(), Math.random),
      tool: TOOL,
      command: ['toolrig', ...process.argv.slice(2)].map(quoted).join(' '),
      environment: readEnvironment(systemSources(process.cwd())),
      load: loadOf(flags),
      ...(flags.payload === undefined ? {} : { payloadBytes: flags.payload }),
      ...(flags.threshold === undefined ? {} : { thresholds: flags.threshold }),
      seed: flags.seed,
      signal: interrupt.signal,
      onProgress: (step) => progress.update(progressLine(step)),
    });
  } finally {
    progress.end();
    interrupt.release();
  }
  const folder = await store(out, result);
  const { record } = result;
  if (flags.json) stdout(stringifyRunRecord(record));
  else stdout(renderRunText(record, { colour: wantsColour(process.stdout) ? 'ansi' : 'none' }));
  if (!flags.quiet) stderr(`Stored in ${folder}\n`);
  process.exitCode = exitCodeFor(record, interrupt.signal.aborted);
}

async function plan(flags: BenchFlags): Promise<PlannedScenario[]> {
  const chosen = flags.scenario.length > 0 ? flags.scenario : await listScenarioNames();
  const scenarios = await Promise.all(chosen.map(loadScenario));
  const defaults = VARIANTS.map(({ name }) => name).filter((name) => name !== 'http-saturation');
  return scenarios.map((scenario) => ({
    scenario,
    variants: (flags.variants ?? scenario.variants ?? defaults).map(requireVariant),
  }));
}

function loadOf(flags: BenchFlags): Load {
  const given = {
    concurrency: flags.concurrency,
    batch: flags.batch,
    calls: flags.calls,
    durationMs: flags.duration,
    rounds: flags.rounds,
    warmupMs: flags.warmup,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function progressLine(step: RunProgress) {
  const { scenario, variant, phase, round, rounds, callsPerSecond, failed, doneRatio } = step;
  const where = phase === 'warm-up' ? 'warming up' : `round ${round}/${rounds}`;
  const trouble = failed > 0 ? `, ${failed} failed` : '';
  return {
    // On a terminal the line changes all the time; elsewhere it is one line a scenario.
    subject: scenario,
    detail: `${variant}: ${where}, ${Math.round(callsPerSecond)} calls/s${trouble}`,
    doneRatio,
  };
}

function store(out: string, { record, intervalLogs }: RunResult): Promise<string> {
  return writeRun(out, record, {
    summaryCsv: renderSummaryCsv(record),
    reportMarkdown: renderMarkdown(record),
    intervalLogs: [...intervalLogs].flatMap(([scenario, logs]) =>
      [...logs].map(([variant, text]) => ({ scenario, variant, text })),
    ),
  });
}

function exitCodeFor(record: RunRecord, wasInterrupted: boolean): number {
  if (wasInterrupted) return EXIT.interrupted;
  if (record.validity.verdict === 'invalid') return EXIT.invalid;
  const hasFailed = record.scenarios.some(({ thresholds }) =>
    thresholds.some(({ passed }) => !passed),
  );
  return hasFailed ? EXIT.failed : EXIT.pass;
}

function quoted(word: string): string {
  return /^[\w./:,=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
