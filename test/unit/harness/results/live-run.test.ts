import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  type LiveRun,
  liveRunFile,
  readLiveRuns,
  removeLiveRun,
  writeLiveRun,
} from '../../../../src/harness/results/live-run.ts';

const LIVE: LiveRun = {
  runId: '20261122-153012-ab12',
  command: 'toolrig bench',
  startedAt: '2026-11-22T15:30:12.250Z',
  updatedAt: '2026-11-22T15:31:00.000Z',
  scenario: 'calc',
  detail: 'native: round 3/10',
  doneRatio: 0.3,
};
const NOW_MS = Date.parse('2026-11-22T15:31:10.000Z');

describe('A run under way', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'toolrig-live-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test('says how it goes, until it has ended', async () => {
    await writeLiveRun(folder, LIVE);
    assert.deepEqual(await readLiveRuns(folder, NOW_MS), [LIVE]);
    await removeLiveRun(folder, LIVE.runId);
    await removeLiveRun(folder, LIVE.runId);
    assert.deepEqual(await readLiveRuns(folder, NOW_MS), []);
  });

  test('has ended when it has said nothing for a minute', async () => {
    await writeLiveRun(folder, LIVE);
    assert.deepEqual(await readLiveRuns(folder, NOW_MS + 60_000), []);
    await removeLiveRun(folder, LIVE.runId);
  });

  test('is overlooked where its file is half written or none of ours', async () => {
    await writeFile(liveRunFile(folder, 'half'), '{"runId":"ha');
    await writeFile(liveRunFile(folder, 'other'), '[1]');
    assert.deepEqual(await readLiveRuns(folder, NOW_MS), []);
  });

  test('is not held up by a folder that is not there', async () => {
    const missing = join(folder, 'missing');
    await writeLiveRun(missing, LIVE);
    assert.deepEqual(await readLiveRuns(missing, NOW_MS), []);
  });
});
