/** Recording a call keeps nothing of it: ten million of them leave the process as large as it was. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

const CALLS = 10_000_000;
const LIMIT_BYTES = 50e6;

/** Records in a process of its own, whose heap nobody else has been in, and prints what it grew by. */
const PROGRAM = `
  const [calls, recorderUrl, histogramUrl] = process.argv.slice(1);
  const { BlockRecorder } = await import(recorderUrl);
  const { LatencyHistogram } = await import(histogramUrl);
  const recorder = new BlockRecorder();
  const total = new LatencyHistogram();
  const before = process.memoryUsage.rss();
  for (let call = 0; call < Number(calls); call++) {
    recorder.success((call % 100_003) * 1_000.5);
    if (call % 100_000 === 99_999) recorder.latency.drainInto(total);
  }
  const grownBytes = process.memoryUsage.rss() - before;
  console.log(JSON.stringify({ grownBytes, recorded: total.count, succeeded: recorder.succeeded }));
`;

test('ten million recorded calls raise the resident size by less than 50 MB', async () => {
  const urlOf = (path: string) => new URL(`../../../src/harness/${path}`, import.meta.url).href;
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '--eval',
    PROGRAM,
    String(CALLS),
    urlOf('load/recorder.js'),
    urlOf('stats/latency-histogram.js'),
  ]);
  const { grownBytes, recorded, succeeded } = JSON.parse(stdout) as Record<string, number>;
  assert.deepEqual([recorded, succeeded], [CALLS, CALLS]);
  assert.ok((grownBytes as number) < LIMIT_BYTES, `${grownBytes} bytes`);
});
