import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startProgram } from '../../helpers/cli.ts';

/** Ten minutes of an hour: slices are merged from five minutes on. All of it: `npm run verdicts -- memory`. */
const CALLS = 6_000_000;

test('millions of calls at a rate leave no more in memory than the first million, give or take 50 MB', async () => {
  const program = fileURLToPath(new URL('../../helpers/verdicts/main.js', import.meta.url));
  // A process of its own, since the test runner's watch over promises makes a call four times as expensive.
  const command = [process.execPath, program, 'memory', '--calls', String(CALLS)];
  const { exitCode, stdout, stderr } = await startProgram(command).result;
  assert.equal(exitCode, 0, stdout + stderr);
  assert.match(stdout, /^6 million calls answered, 6 million in 300 slices\n/);
  assert.match(stdout, /MB more than after 1 million \(at most 50 MB allowed\)\n$/);
});
