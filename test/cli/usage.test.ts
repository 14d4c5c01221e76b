import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import {
  assertRefused,
  badScenario,
  PACKAGE_FOLDER,
  runCli,
  SHORT,
  temporaryFolder,
} from '../helpers/cli.ts';
import { refusalOf } from '../helpers/refusal.ts';

const folder = temporaryFolder('usage');
const file = join(folder, 'a-file');
writeFileSync(file, '');
const CALCULATOR = ['bench', 'calculator-batch', ...SHORT, '--out', folder];

/** What is written, and what must be said about it. */
const MISTAKES: readonly [written: readonly string[], message: RegExp][] = [
  [[], /name a command: bench, .*\. See toolrig --help\./],
  [['bnch'], /there is no command 'bnch'\. Did you mean 'bench'\?/],
  [['list', 'extra'], /'extra' is no argument of toolrig list/],
  [['bench', '--varaints', 'json'], /no flag --varaints\. Did you mean --variants\?.*bench --help/],
  [['bench', '--jsno'], /no flag --jsno\. Did you mean --json\?/],
  [['bench', '--conc', '4'], /no flag --conc\. Did you mean --concurrency\?/],
  [['list', '--verbos'], /no flag --verbos\. There is: --json\. See toolrig list/],
  [['bench', '--verbos'], /no flag --verbos\. There is: --concurrency, .*, --quiet\. See toolrig/],
  [['call', 'a', 'b', '--verbos'], /no flag --verbos\. There is: --port, --timeout\. See toolrig/],
  [['cap'], /there is no command 'cap'\. Did you mean 'capacity'\?/],
  [['bench', '-variants', 'json'], /a long one has two dashes, as --variants/],
  [['bench', '--', 'calculator-batch'], /nothing to put after '--'/],
  [['bench', '--no-json'], /no flag --no-json/],
  [['bench', '--json=3'], /--json takes no value, got '--json=3'/],
  [['doctor', '--host=no'], /--host takes no value, got '--host=no'/],
  [['bench', '-c', 'abc'], /--concurrency must be a whole number from 1 to 100,000, got 'abc'/],
  [['bench', '-c', '0'], /--concurrency must be .*, got '0'/],
  [['bench', '-c', '-1'], /--concurrency must be .*, got '-1'/],
  [['bench', '-c', '1', '-c', '2'], /--concurrency was given 2 times \(1, 2\): give it once/],
  [['bench', '--calls', '1e3'], /--calls must be a whole number >= 1, got '1e3'/],
  [['bench', '-d', '10'], /--duration must be a time such as 500ms, 10s or 2m, got '10'/],
  [['bench', '-d', '0s'], /--duration must be a time/],
  [['bench', '--rounds'], /--rounds needs a value/],
  [['bench', '-d', '1s', '-n', '5'], /--calls and --duration exclude each other/],
  [['bench', '--payload', '3PB'], /--payload must be sizes such as 64B,1KiB,1MiB, got '3PB'/],
  [
    ['bench', 'payload-sweep', '--payload', '3B', '--out', folder],
    /no payload of 3 bytes\. There is: 64, /,
  ],
  [[...CALCULATOR, '--payload', '64B'], /has no payload sizes: leave out --payload/],
  [['bench', '--variants', 'natve'], /there is no variant 'natve'\. Did you mean 'native'\?/],
  [['bench', '--variants', 'json,json'], /--variants must be different names/],
  [
    ['bench', 'calculator-bacth'],
    /no scenario 'calculator-bacth'\. Did you mean 'calculator-batch'/,
  ],
  [['bench', 'mixed', 'mixed'], /two scenarios are named 'mixed'/],
  [
    ['bench', 'scenarios'],
    /no scenario 'scenarios'\..* \.\/scenarios is a folder: give the path of a scenario\n$/,
  ],
  [
    ['bench', 'LICENSE'],
    /no scenario 'LICENSE'\..* For the file of that name, write \.\/LICENSE\n/,
  ],
  [['bench', './nope.mjs'], /there is no file .*nope\.mjs/],
  [
    ['bench', './dist/scenarios'],
    /dist\/scenarios is a folder: give the path of a scenario, as .*\/calculator-batch\.scenario\.js/,
  ],
  [['bench', './src/cli'], /src\/cli is a folder: give the path of a scenario\n$/],
  [['bench', './src/cli/main.ts'], /runs JavaScript only: build it first/],
  [['bench', badScenario('throws')], /the moon is in the wrong house \(at .*throws\.js:\d+/],
  [['bench', badScenario('no-export')], /exports no scenario: write export const scenario/],
  [['bench', badScenario('unknown-key')], /'treshholds'\. Did you mean 'thresholds'\?/],
  [[...CALCULATOR, '--threshold', 'p98 < 1ms'], /no metric 'p98'\. Did you mean 'p90'\?/],
  [
    [...CALCULATOR, '--variants', 'native', '--threshold', 'stdio.p99 < 1ms'],
    /variant 'stdio' is not in this run\. There is: native/,
  ],
  [[...CALCULATOR, '-c', '2000', '-b', '2000'], /at most 1000000 calls in flight, got 2000 × 2000/],
  [[...CALCULATOR, '--threshold', 'native'], /write it as '\[variant\.\]metric operator value'/],
  [['serve', '--port', '70000'], /--port must be a whole number from 0 to 65,535, got '70000'/],
  [['serve', '--config'], /--config needs a value: a JSON file/],
  [['status', '--port', '0'], /--port must be a whole number from 1 to 65,535, got '0'/],
  [['status', '--wacth'], /no flag --wacth\. Did you mean --watch\?/],
  [
    ['call', 'calculator'],
    /: <method> missing: write toolrig call <service> <method> \[json\]\. See/,
  ],
  [['call'], /: <service> and <method> missing: write toolrig call /],
  [['call', 'calculator', 'ping', '{}', 'x'], /'x' is no argument of toolrig call/],
  [['call', 'calculator', 'ping', '--timeout', '5'], /--timeout must be a time such as 500ms/],
  [['baseline', 'rmm'], /there is no action 'rmm' of toolrig baseline\. Did you mean 'rm'\?/],
  [['baseline', 'sav', 'x'], /there is no action 'sav' of toolrig baseline\. Did you mean 'save'/],
  [['baseline', 'rm'], /: <name> missing: write toolrig baseline rm <name>\. See/],
  [['baseline'], /: <action> missing: write toolrig baseline <action>\. See/],
  [['baseline', 'list', 'x'], /'x' is no argument of toolrig baseline/],
  [['micro', 'dispach'], /there is no bench 'dispach'\. Did you mean 'dispatch'\?/],
  [['micro', '--rounds', '1'], /--rounds must be a whole number from 2 to 10,000, got '1'/],
];

/** Of every command some that the program itself is started with. */
const BY_THE_PROGRAM = [
  /^$/,
  /^bnch/,
  /^bench --varaints/,
  /^bench .*throws\.js/,
  /^bench .*stdio\.p99/,
  /^serve --port/,
  /^status --wacth/,
  /^call calculator$/,
  /^micro dispach/,
];

describe('a mistake on the command line ends with 2, says what to do, and measures nothing', () => {
  process.chdir(PACKAGE_FOLDER);

  for (const [written, message] of MISTAKES) {
    const words = written.map((word) => word.replace(/^.*\/dist\//, '').replace(folder, 'DIR'));
    test(`toolrig ${words.join(' ')}`, async () => {
      assertRefused(await refusalOf(written), 2, message);
    });
  }

  after(() => assert.deepEqual(readdirSync(folder), ['a-file'], 'the folder stays empty'));
});

describe('the program says so on stderr alone', { concurrency: 2 }, () => {
  const lines = MISTAKES.map((mistake) => [mistake[0].join(' '), ...mistake] as const);
  for (const pattern of BY_THE_PROGRAM) {
    test(`${pattern}`, async () => {
      const [, written, message] = lines.find(([line]) => pattern.test(line)) ?? assert.fail();
      assertRefused(await runCli(written), 2, message);
    });
  }

  test('without what would move the cursor of a terminal', async () => {
    assertRefused(await runCli(['bench\u001b[31m']), 2, /no command 'bench\uFFFD\[31m'/);
  });

  // Once none of them is at work in it any more.
  after(() => assert.deepEqual(readdirSync(folder), ['a-file'], 'the folder stays empty'));
});

describe('results that could not be stored are refused before anything is measured', {
  concurrency: true,
}, () => {
  const bench = (out: string) => runCli(['bench', 'calculator-batch', '--out', out]);

  test('a file in place of the folder', async () => {
    assertRefused(await bench(file), 2, /it is a file, not a directory\. Choose .* with --out/);
  });

  test('a folder below a file', async () => {
    assertRefused(await bench(join(file, 'runs')), 2, /not a directory.*--out/);
  });

  test('a file system that takes no folders', { skip: !existsSync('/proc/self') }, async () => {
    assertRefused(await bench('/proc/nope'), 2, /cannot be written to \/proc\/nope.*--out/);
  });

  test('no folder at all', async () => {
    assertRefused(await bench(''), 2, /--out needs a value: a folder/);
  });
});
