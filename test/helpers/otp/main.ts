/**
 * `npm run -s otp -- FILE [--child inline|thread|process]`: replays a file of scenarios against our
 * supervisor. Exit code 0 when all passed, 1 when one failed, 2 when the file cannot be used.
 */

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CHILD_KINDS, type ChildKind } from './actor.ts';
import { type Difference, replayAll } from './run.ts';
import { parseScenarios, type Scenario } from './scenario.ts';

const USAGE = 'usage: npm run -s otp -- FILE [--child inline|thread|process]';

function readArguments(): { file: string; kind: ChildKind } {
  const { values, positionals } = parseArgs({
    options: { child: { type: 'string', default: 'inline' } },
    allowPositionals: true,
  });
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0) throw new Error('it takes one file');
  const kind = CHILD_KINDS.find((known) => known === values.child);
  if (kind === undefined) {
    throw new Error(`--child must be one of ${CHILD_KINDS.join(', ')}, got '${values.child}'`);
  }
  return { file, kind };
}

function show({ name, lines }: Difference): string {
  return [`✗ ${name}`, ...lines.map(([mark, text]) => `    ${mark} ${text}`), ''].join('\n');
}

async function main(): Promise<number> {
  let scenarios: readonly Scenario[];
  let kind: ChildKind;
  try {
    const given = readArguments();
    kind = given.kind;
    scenarios = parseScenarios(readFileSync(given.file, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${reason}\n${USAGE}\n`);
    return 2;
  }
  const startedAtMs = performance.now();
  const differences = await replayAll(scenarios, kind);
  if (differences.length > 0) {
    console.log('  each line: "-" expected and missing, "+" got and not expected\n');
    for (const difference of differences) console.log(show(difference));
  }
  const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(1);
  process.stderr.write(`${kind} children, ${seconds} s\n`);
  console.log(`${scenarios.length - differences.length} passed, ${differences.length} failed`);
  return differences.length === 0 ? 0 : 1;
}

process.exitCode = await main();
