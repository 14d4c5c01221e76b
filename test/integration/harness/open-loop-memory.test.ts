import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { OpenRecorder } from '../../../src/harness/load/open-recorder.ts';
import { seededRandom } from '../../../src/harness/stats/random.ts';

const MIB = 1_048_576;
const PER_SECOND = 10_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function residentBytes(): number {
  for (let time = 0; time < 3; time++) collectGarbage();
  return process.memoryUsage.rss();
}

test('an hour of 36 million calls at a rate leaves no more in memory than the first million, give or take 50 MiB', () => {
  const recorder = new OpenRecorder();
  const random = seededRandom(1);
  // Drawn beforehand: log-normal about 1 ms, one in twenty above 3 ms.
  const latenciesMs = Float64Array.from({ length: 65_536 }, () => {
    const normal = Array.from({ length: 12 }, random).reduce((a, b) => a + b) - 6;
    return 10 ** (normal * 0.3);
  });
  const record = (from: number, to: number): void => {
    for (let call = from; call < to; call++) {
      const responseMs = latenciesMs[call % latenciesMs.length] as number;
      const slice = recorder.arrived((call * 1_000) / PER_SECOND, 0.01, 1);
      recorder.sent(slice, responseMs / 2);
      recorder.calls.success(responseMs * 1e6);
      recorder.timed(slice, responseMs, responseMs / 2);
      recorder.answered(slice, false);
      recorder.settled(slice);
    }
  };
  record(0, 1e6);
  const afterOneMillion = residentBytes();
  record(1e6, 36e6);
  const grownBytes = residentBytes() - afterOneMillion;
  recorder.finish();
  assert.equal(recorder.calls.succeeded, 36e6);
  const slices = recorder.slices.inOrder();
  assert.ok(slices.length <= 300);
  assert.equal(
    slices.reduce((sum, { calls }) => sum + calls, 0),
    36e6,
  );
  assert.ok(grownBytes < 50 * MIB, `${(grownBytes / MIB).toFixed(1)} MiB`);
});
