import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readRuns } from '../../../../src/harness/results/read-runs.ts';
import { stringifyRunRecord } from '../../../../src/harness/results/run-json.ts';
import { sampleRecord } from '../../../helpers/sample-record.ts';

describe('readRuns', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'toolrig-read-runs-'));
    for (const runId of ['20261102-a', '20261101-b']) {
      await mkdir(join(folder, runId));
      await writeFile(join(folder, runId, 'run.json'), stringifyRunRecord(sampleRecord({ runId })));
    }
    const loose = stringifyRunRecord(sampleRecord({ runId: 'loose' }));
    await writeFile(join(folder, 'loose.json'), loose);
    await mkdir(join(folder, 'broken'));
    await writeFile(join(folder, 'broken', 'run.json'), loose.slice(0, 1_000));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const idsOf = (given: string[]) => readRuns(given, folder, ({ runId }) => runId);

  test('has all runs of a folder, and says what in it is none', async () => {
    const { digests, unreadable } = await idsOf([folder]);
    assert.deepEqual(digests, ['20261101-b', '20261102-a', 'loose']);
    assert.equal(unreadable.length, 1);
    assert.match(unreadable[0] ?? '', /broken\/run\.json is not JSON/);
  });

  test('takes a run by whatever names it', async () => {
    const given = [
      '20261102-a',
      join(folder, '20261101-b'),
      join(folder, 'loose.json'),
      '20261101',
    ];
    const { digests } = await idsOf(given);
    assert.deepEqual(digests, ['20261102-a', '20261101-b', 'loose', '20261101-b']);
  });

  test('refuses a run that was named and cannot be read', async () => {
    await assert.rejects(idsOf([folder, join(folder, 'broken')]), {
      code: 'ERR_USAGE',
      message: /broken\/run\.json is not JSON/,
    });
    await assert.rejects(idsOf(['nowhere']), { code: 'ERR_USAGE', message: /no run 'nowhere'/ });
  });
});
