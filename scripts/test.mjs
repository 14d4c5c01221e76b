/**
 * Runs the built tests: `node scripts/test.mjs [unit] [contract] [integration] [cli] [browser]`, all
 * groups when none is named.
 *
 * Unit and contract tests share one process, since a process a file takes twenty times as long;
 * the others start servers, programs and a browser, so each of their files has its own. The
 * run ends with the runner's summary and fails when a test failed or none ran.
 */

import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { run } from 'node:test';
import { spec as SpecReporter } from 'node:test/reporters';
import { fileURLToPath, pathToFileURL } from 'node:url';

const GROUPS = ['unit', 'contract', 'integration', 'cli', 'browser'];
const SHARED_PROCESS_GROUPS = ['unit', 'contract'];
/** Files that take more than five seconds, the longest first: begun so, or the last would run alone. */
const LONG = [
  'browser/run-page',
  'cli/bench',
  'cli/load',
  'browser/ui',
  'cli/gate',
  'cli/targets',
  'cli/readme',
  'cli/baseline',
  'runtime/otp-traces-thread',
  'mcp/child-host',
  'cli/serve',
  'cli/capacity',
  'cli/status',
  'mcp/same-as-native',
  'cli/workers',
  'runtime/otp-traces-process',
  'runtime/worker-traffic',
  'cli/otp',
  'runtime/isolation',
  'cli/usage',
  'cli/chaos',
  'cli/history',
  'cli/interrupt',
  'cli/micro',
  'cli/report',
  'cli/base-tree',
  'harness/broken-services',
  'runtime/otp-traces-inline',
];
const TESTS_DIR = resolve(dirname(fileURLToPath(import.meta.url)), '../dist/test');
/** Imports every file of the shared process. */
const ENTRY = join(TESTS_DIR, 'shared-process.mjs');
const SUMMARY_LINE = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) /;

function findTests(group) {
  const dir = join(TESTS_DIR, group);
  let names;
  try {
    names = readdirSync(dir, { recursive: true });
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
  return names
    .filter((name) => name.endsWith('.test.js'))
    .toSorted((a, b) => a.localeCompare(b))
    .map((name) => join(dir, name));
}

/** Place in the order of beginning. */
function placeOf(file) {
  const place = LONG.findIndex((name) => file.endsWith(`${name}.test.js`));
  return place === -1 ? LONG.length : place;
}

function writeEntry(files) {
  mkdirSync(TESTS_DIR, { recursive: true });
  // A suite each: what a file's own beforeEach prepares is for its tests, not for everybody's.
  const imports = files.map((file) => {
    const name = JSON.stringify(relative(TESTS_DIR, file));
    return `describe(${name}, () => import(${JSON.stringify(pathToFileURL(file).href)}));`;
  });
  // The same cases in every run; FC_SEED looks for others.
  const seed = `import { describe } from 'node:test';\nimport fc from 'fast-check';\nfc.configureGlobal({ seed: ${Number(process.env.FC_SEED ?? 1)} });`;
  writeFileSync(ENTRY, `${seed}\n${imports.join('\n')}\n`);
}

async function main(args) {
  const unknown = args.filter((arg) => !GROUPS.includes(arg));
  if (unknown.length > 0) {
    console.error(`unknown group: ${unknown.join(', ')}. There is: ${GROUPS.join(', ')}.`);
    return 2;
  }
  const groups = args.length === 0 ? GROUPS : GROUPS.filter((group) => args.includes(group));
  const shared = groups.filter((group) => SHARED_PROCESS_GROUPS.includes(group)).flatMap(findTests);
  const isolated = groups
    .filter((group) => !SHARED_PROCESS_GROUPS.includes(group))
    .flatMap(findTests)
    .toSorted((a, b) => placeOf(a) - placeOf(b));
  if (shared.length + isolated.length === 0) {
    console.error(`no test files in ${TESTS_DIR} for: ${groups.join(', ')}. Build first.`);
    return 1;
  }
  if (shared.length > 0) writeEntry(shared);
  try {
    return await runFiles([...(shared.length > 0 ? [ENTRY] : []), ...isolated]);
  } finally {
    rmSync(ENTRY, { force: true });
  }
}

async function runFiles(files) {
  const summary = [];
  const counts = { passed: 0, failed: 0 };
  // Set aside, to be the last thing said: the reporter puts the failures in detail behind it.
  async function* withoutSummary(events) {
    for await (const event of events) {
      const { type, data } = event;
      // A file without tests passes as one, under its own name.
      const isTest = data.details?.type !== 'suite' && !files.includes(data.name);
      if (type === 'test:pass' && isTest) counts.passed++;
      if (type === 'test:fail') counts.failed++;
      const isSummary =
        type === 'test:diagnostic' && data.nesting === 0 && SUMMARY_LINE.test(data.message);
      if (isSummary) summary.push(`# ${data.message}`);
      else yield event;
    }
  }
  // One more than there are cores: what waits for a timer or a program leaves its core to another.
  const output = run({ files, concurrency: availableParallelism() + 1 })
    .compose(withoutSummary)
    .compose(new SpecReporter());
  output.pipe(process.stdout, { end: false });
  await finished(output);
  console.log(summary.join('\n'));
  if (counts.failed > 0) return 1;
  if (counts.passed > 0) return 0;
  console.error('no test ran');
  return 1;
}

process.exitCode = await main(process.argv.slice(2));
