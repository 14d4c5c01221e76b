import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { listRunIds, readRun } from '../../../../src/harness/results/read-run.ts';
import { stringifyRunRecord } from '../../../../src/harness/results/run-json.ts';
import { sampleRecord } from '../../../helpers/sample-record.ts';

const IDS = ['20261120-090000-aaaa', '20261121-100000-bbbb', '20261121-110000-cccc'] as const;
const [FIRST, SECOND, THIRD] = IDS;

let runs = '';

/** Stored runs for the tests of a suite. */
function withRuns(): void {
  before(async () => {
    runs = await mkdtemp(join(tmpdir(), 'toolrig-read-run-'));
    for (const runId of [SECOND, THIRD, FIRST]) {
      await plant(join(runs, runId), stringifyRunRecord(sampleRecord({ runId })));
    }
    await mkdir(join(runs, '20261122-120000-dddd')); // was never finished
    await writeFile(join(runs, 'notes.txt'), 'not a run');
  });
  after(() => rm(runs, { recursive: true, force: true }));
}

async function plant(folder: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'run.json'), text);
}

async function idOf(pathOrId: string): Promise<string> {
  return (await readRun(pathOrId, runs)).runId;
}

describe('readRun', () => {
  withRuns();

  test('takes a file, a folder, an id, the start of an id, or latest', async () => {
    assert.equal(await idOf(join(runs, SECOND, 'run.json')), SECOND);
    assert.equal(await idOf(join(runs, SECOND)), SECOND);
    assert.equal(await idOf(SECOND), SECOND);
    assert.equal(await idOf('20261121-10'), SECOND);
    assert.equal(await idOf('latest'), THIRD);
  });

  test('names the runs that a start is too short for', async () => {
    await assert.rejects(readRun('20261121', runs), {
      code: 'ERR_USAGE',
      message: /^2 runs in .* start with '20261121'.*bbbb, .*cccc: write more of the id$/,
    });
  });

  test('names the nearest id when there is no such run', async () => {
    await assert.rejects(readRun('20261121-110000-ccdc', runs), {
      code: 'ERR_USAGE',
      message: /no run '20261121-110000-ccdc'.* Did you mean '20261121-110000-cccc'\?/,
    });
    await assert.rejects(readRun('', runs), { code: 'ERR_USAGE', message: /there is no run ''/ });
  });

  test('says that there is no run yet', async () => {
    const nowhere = join(runs, 'nowhere');
    await assert.rejects(readRun('latest', nowhere), {
      code: 'ERR_USAGE',
      message: /no run in .*nowhere: make one with toolrig bench/,
    });
    await assert.rejects(readRun('2026', nowhere), { code: 'ERR_USAGE' });
  });

  test('names the file of a run that was never finished', async () => {
    for (const given of ['20261122-120000-dddd', join(runs, '20261122-120000-dddd')]) {
      await assert.rejects(readRun(given, runs), {
        code: 'ERR_USAGE',
        message: /dddd\/run\.json cannot be read: ENOENT.*Give the id of a run/,
      });
    }
  });

  test('names the file that is cut off, something else, or of another version', async () => {
    const whole = stringifyRunRecord(sampleRecord());
    const cases: [text: string, message: RegExp][] = [
      [whole.slice(0, whole.length / 2), /bad\/run\.json is not JSON: /],
      ['', /bad\/run\.json is not JSON: /],
      ['{"name":"vitest"}', /bad\/run\.json is not a run record: it has no schemaVersion/],
      ['{"schemaVersion":99}', /bad\/run\.json has schemaVersion 99.* Update toolrig/],
      [whole.replace('"scenarios"', '"scenery"'), /bad\/run\.json is not a whole .*'scenarios'/],
    ];
    for (const [text, message] of cases) {
      await plant(join(runs, 'bad'), text);
      await assert.rejects(readRun(join(runs, 'bad'), runs), { code: 'ERR_USAGE', message });
    }
    await rm(join(runs, 'bad'), { recursive: true });
  });

  test('does not wait for a path that is no file', async () => {
    await assert.rejects(readRun('/dev/null', runs), { message: /\/dev\/null cannot be read/ });
  });
});

describe('listRunIds', () => {
  withRuns();

  test('has the finished runs alone, the oldest first', async () => {
    assert.deepEqual(await listRunIds(runs), [...IDS]);
    assert.deepEqual(await listRunIds(join(runs, 'nowhere')), []);
  });

  test('says why a folder cannot be looked into', async () => {
    await assert.rejects(listRunIds(join(runs, 'notes.txt')), {
      code: 'ERR_USAGE',
      message: /cannot be looked up in .*notes\.txt: ENOTDIR/,
    });
  });
});
