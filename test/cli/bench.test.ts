import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { HistogramLogReader } from 'hdr-histogram-js';
import type { RunRecord } from '../../src/harness/results/run-record.ts';
import { intervalLogName } from '../../src/harness/results/run-store.ts';
import {
  assertPlain,
  assertRefused,
  badScenario,
  CLI_MAIN,
  type CliResult,
  PACKAGE_FOLDER,
  runCli,
  SHORT,
  startProgram,
  temporaryFolder,
} from '../helpers/cli.ts';
import { refusalOf } from '../helpers/refusal.ts';

const folder = temporaryFolder('bench');
const schemaFile = join(PACKAGE_FOLDER, 'dist/src/harness/results/run.schema.json');
const validate = new Ajv2020({ allowUnionTypes: true, validateFormats: false }).compile(
  JSON.parse(readFileSync(schemaFile, 'utf8')) as object,
);

/** Reads stdout as one JSON document that keeps to the schema. */
function parseRecord(stdout: string): RunRecord {
  const record = JSON.parse(stdout) as RunRecord;
  assert.ok(validate(record), JSON.stringify(validate.errors));
  return record;
}

function assertEveryCallSucceeded(record: RunRecord, variants: readonly string[]): void {
  const [scenario] = record.scenarios;
  assert.deepEqual(
    scenario?.variants.map(({ variant }) => variant),
    variants,
  );
  for (const { variant, calls, succeeded } of scenario?.variants ?? []) {
    assert.ok(calls > 0, variant);
    assert.equal(succeeded, calls, variant);
  }
}

/** Calls of all intervals of a log. */
function countLogged(text: string): number {
  const reader = new HistogramLogReader(text, 64);
  let count = 0;
  for (;;) {
    const histogram = reader.nextIntervalHistogram();
    if (histogram === null) return count;
    count += histogram.totalCount;
  }
}

describe('bench calculator-batch --json', () => {
  const out = join(folder, 'json');
  const variants = ['direct', 'native', 'json'];
  let result: CliResult;
  let record: RunRecord;
  let run = '';
  before(async () => {
    result = await runCli(
      ['bench', 'calculator-batch', ...SHORT, '--json', '--out', out].concat(
        '--variants',
        variants.join(','),
      ),
    );
    record = parseRecord(result.stdout);
    run = join(out, record.runId);
  });

  test('exits with 0 and prints one JSON document that its schema allows', () => {
    assert.equal(result.exitCode, 0);
    assert.equal(result.stdout, `${JSON.stringify(record, null, 2)}\n`);
  });

  test('counts as many successes as calls, for each variant', () => {
    assertEveryCallSucceeded(record, variants);
  });

  test('says on stderr how far it is and where the run is, in plain lines', () => {
    assert.equal(result.stderr, `  0 %  calculator-batch\nStored in ${run}\n`);
  });

  test('can be repeated from the command in the record', () => {
    assert.match(record.command, /^toolrig bench calculator-batch -d 20ms --rounds 2 /);
  });

  test('stores the same document, a table, a report, and a log for each variant', () => {
    const logs = variants.map((variant) => intervalLogName('calculator-batch', variant));
    const others = ['report.html', 'report.md', 'run.json', 'summary.csv'];
    assert.deepEqual(readdirSync(run).toSorted(), [...logs, ...others].toSorted());
    assert.equal(readFileSync(join(run, 'run.json'), 'utf8'), result.stdout);
    const [header, ...rows] = readFileSync(join(run, 'summary.csv'), 'utf8').trim().split('\n');
    assert.match(header ?? '', /^run_id,scenario,/);
    assert.equal(rows.length, variants.length);
    assert.match(readFileSync(join(run, 'report.md'), 'utf8'), /calculator-batch/);
    const page = readFileSync(join(run, 'report.html'), 'utf8');
    assert.match(page, /<h1>calculator-batch<\/h1>[\s\S]*uPlot/);
    const own = page.replaceAll(
      /<script type="application\/json"[^]*?<\/script>|<table>[^]*?<\/table>/g,
      '',
    );
    assert.ok(own.length < 400_000, String(own.length));
  });

  test('stores logs that HdrHistogram reads back, with the counts of the record', () => {
    for (const { variant, calls } of record.scenarios[0]?.variants ?? []) {
      const log = readFileSync(join(run, intervalLogName('calculator-batch', variant)), 'utf8');
      assert.equal(countLogged(log), calls, variant);
    }
  });
});

describe('bench', { concurrency: 2 }, () => {
  test('reaches the calculator in all six ways', async () => {
    const variants = ['direct', 'native', 'json', 'sdk-memory', 'stdio', 'http'];
    const { exitCode, stdout, stderr } = await runCli(
      ['bench', 'calculator-batch', ...SHORT, '-c', '2', '-b', '4', '-q', '--json'].concat(
        ['--variants', variants.join(',')],
        ['--out', join(folder, 'six')],
      ),
    );
    assert.equal(stderr, '');
    assert.equal(exitCode, 0);
    assertEveryCallSucceeded(parseRecord(stdout), variants);
  });

  test('makes as many calls as asked, in no more rounds than calls', async () => {
    const { exitCode, stdout } = await runCli(
      ['bench', 'calculator-batch', '--calls', '7', '--rounds', '10', '--warmup', '10ms'].concat(
        ['--variants', 'native', '--json'],
        ['--out', join(folder, 'seven')],
      ),
    );
    assert.equal(exitCode, 0);
    const native = parseRecord(stdout).scenarios[0]?.variants[0];
    assert.equal(native?.calls, 7);
    assert.equal(native?.rounds.length, 7);
  });

  test('takes a single round for what it is: suspect, without an interval', async () => {
    const { exitCode, stdout } = await runCli(
      ['bench', 'calculator-batch', '-d', '50ms', '--rounds', '1', '--warmup', '10ms'].concat(
        ['--variants', 'native,json', '--json'],
        ['--out', join(folder, 'one')],
      ),
    );
    assert.equal(exitCode, 0);
    const { scenarios, validity } = parseRecord(stdout);
    assert.equal(validity.verdict, 'suspect');
    assert.ok(
      validity.reasons.some((reason) => /fewer than 6 rounds: native \(only 1\)/.test(reason)),
    );
    for (const { verdict } of scenarios[0]?.comparisons ?? []) {
      assert.equal(verdict, 'inconclusive');
    }
  });
});

test('is coloured where that is forced', async () => {
  const args = ['bench', badScenario('lingers'), '-q', '--out', join(folder, 'colour')];
  const { exitCode, stdout } = await runCli(args, { env: { FORCE_COLOR: '1' } });
  assert.equal(exitCode, 0);
  assert.ok(stdout.includes('\u001b['));
});

describe('results that have nowhere to go', { concurrency: 2 }, () => {
  /** Runs a line of bash in which `"$@"` is `toolrig bench …`. */
  const inBash = (line: string, out: string) => {
    const flags = [...SHORT, '--variants', 'native,json', '--json', '--out', out];
    const toolrig = [process.execPath, CLI_MAIN, 'bench', 'calculator-batch', ...flags];
    return startProgram(['bash', '-c', line, 'bash', ...toolrig]).result;
  };

  test('a reader that has left costs neither the run nor its exit code', async () => {
    const out = join(folder, 'closed-pipe');
    // oxlint-disable-next-line no-template-curly-in-string -- bash's, not JavaScript's
    const result = await inBash('"$@" | true; exit "${PIPESTATUS[0]}"', out);
    assert.equal(result.exitCode, 0, result.stderr);
    assert.equal(result.stdout, '');
    assertPlain(result);
    const [runId = ''] = readdirSync(out);
    parseRecord(readFileSync(join(out, runId, 'run.json'), 'utf8'));
  });

  test('a full disk behind stdout costs the output, not the run', {
    skip: !existsSync('/dev/full'),
  }, async () => {
    const out = join(folder, 'full-stdout');
    const result = await inBash('"$@" --quiet > /dev/full', out);
    assert.equal(result.exitCode, 2);
    assert.match(
      result.stderr,
      /^Stored in .*\ntoolrig: results could not be written to stdout: ENOSPC[^\n]*\n$/,
    );
    const [runId = ''] = readdirSync(out);
    parseRecord(readFileSync(join(out, runId, 'run.json'), 'utf8'));
  });

  test('a stderr that takes nothing costs nothing', {
    skip: !existsSync('/dev/full'),
  }, async () => {
    const out = join(folder, 'full-stderr');
    const result = await inBash('"$@" 2> /dev/full', out);
    assert.equal(result.exitCode, 0);
    parseRecord(result.stdout);
  });

  test('a disk that fills up leaves no half file, and the record is printed all the same', async () => {
    const out = join(folder, 'full');
    // 4 KiB a file: enough for the probe before the run, too little for the record.
    const result = await inBash('ulimit -f 4; "$@"', out);
    assert.equal(result.exitCode, 2);
    assert.match(result.stderr, /\ntoolrig: results cannot be written to .*EFBIG.*--out\n$/);
    assertPlain(result);
    const { runId } = parseRecord(result.stdout);
    const files = readdirSync(join(out, runId));
    assert.ok(!files.includes('run.json'));
    assert.deepEqual(
      files.filter((name) => name.endsWith('.tmp')),
      [],
    );
  });
});

describe('bench --rate', () => {
  test('runs an open loop on a truth server, and its log reads back to the percentiles of the record', async () => {
    const out = join(folder, 'rate');
    const flags = ['--rate', '200', '-d', '500ms', '--warmup', '50ms', '-c', '64', '--json'];
    const what = ['bench', 'constant-server', '--variants', 'native', '--out', out];
    const { stdout, exitCode } = await runCli(what.concat(flags));
    assert.equal(exitCode, 0);
    const [scenario] = parseRecord(stdout).scenarios;
    const [variant] = scenario?.variants ?? [];
    assert.deepEqual([scenario?.executor, variant?.openLoop?.scheduled], ['open', 100]);
    assert.ok((variant?.latencyNs.min ?? 0) >= 50e6, `${variant?.latencyNs.min}`);
    const [runFolder = ''] = readdirSync(out);
    const log = readFileSync(
      join(out, runFolder, intervalLogName('constant-server', 'native')),
      'utf8',
    );
    const reader = new HistogramLogReader(log, 64);
    for (const expected of [variant?.latencyNs, variant?.serviceNs, variant?.lagNs]) {
      const histogram = reader.nextIntervalHistogram();
      assert.equal(histogram?.totalCount, 100);
      for (const [percentile, key] of [
        [50, 'p50'],
        [99, 'p99'],
      ] as const) {
        const bucketEnd: number = histogram?.getValueAtPercentile(percentile) ?? Number.NaN;
        // The record knows the maximum exactly, and no percentile is above it.
        assert.equal(Math.min(bucketEnd, expected?.max ?? 0), expected?.[key]);
      }
    }
  });

  test('fails when arrivals were dropped, and says how many', async () => {
    const what = [
      'bench',
      'constant-server',
      '--variants',
      'native',
      '--out',
      join(folder, 'drop'),
    ];
    const load = ['--rate', '1000', '-d', '300ms', '--warmup', '50ms', '--max-in-flight', '10'];
    const { stdout, exitCode } = await runCli([...what, ...load, '--json']);
    assert.equal(exitCode, 1);
    const { scenarios, validity } = parseRecord(stdout);
    const [variant] = scenarios[0]?.variants ?? [];
    assert.ok((variant?.dropped ?? 0) > 150, `${variant?.dropped}`); // 10 every 50 ms are answered
    assert.equal((variant?.calls ?? 0) + (variant?.dropped ?? 0), 300);
    assert.match(validity.reasons.join(), /constant-server: dropped, and so in no latency/);
  });

  test('refuses what excludes a rate, and stages that are none', async () => {
    const both = await refusalOf(['bench', 'mixed', '--rate', '10', '--think', '5ms']);
    assertRefused(both, 2, /--think and --rate exclude each other/);
    const wrong = await refusalOf(['bench', 'mixed', '--stages', '10s']);
    assertRefused(wrong, 2, /--stages must be stages of a time and a rate/);
  });
});
