import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { WriteText } from '../../../../src/harness/results/atomic-file.ts';
import { readRecord } from '../../../../src/harness/results/read-run.ts';
import {
  checkWritable,
  createRunId,
  intervalLogName,
  writeRun,
} from '../../../../src/harness/results/run-store.ts';
import { seededRandom } from '../../../../src/harness/stats/random.ts';
import { sampleRecord } from '../../../helpers/sample-record.ts';

const ARTEFACTS = {
  summaryCsv: 'scenario,variant\n',
  reportMarkdown: '# Report\n',
  reportHtml: '<!doctype html>\n',
  intervalLogs: [{ scenario: 'calculator-batch', variant: 'native', text: '#[log]\n' }],
};

const full = () => Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });

/** A disk that is full whenever a text of `start` comes, as often as `times`, half of which it takes. */
function fillsUp(start: string, times = Number.POSITIVE_INFINITY): WriteText {
  let failures = 0;
  return async (file, text) => {
    await file.writeFile(text.slice(0, text.length / 2));
    if (text.startsWith(start) && failures++ < times) throw full();
    await file.writeFile(text.slice(text.length / 2));
  };
}
const fails: WriteText = () => Promise.reject(new Error('EIO'));

let directory = '';

/** A folder for the tests of a suite. */
function inAFolder(): void {
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'toolrig-run-store-'));
  });
  after(() => rm(directory, { recursive: true, force: true }));
}

describe('createRunId', () => {
  test('tells when the run started, and tells apart two of the same second', () => {
    const random = seededRandom(1);
    const startedAt = new Date('2026-11-22T15:30:12.250Z');
    const ids = Array.from({ length: 100 }, () => createRunId(startedAt, random));
    for (const id of ids) assert.match(id, /^20261122-153012-[0-9a-z]{4}$/);
    assert.ok(new Set(ids).size > 95);
    assert.equal(
      createRunId(startedAt, () => 0),
      '20261122-153012-0000',
    );
  });
});

describe('writeRun', () => {
  inAFolder();

  test('stores every file in a directory of its own and reads the record back', async () => {
    const record = sampleRecord();
    const path = await writeRun(join(directory, 'new', 'runs'), record, ARTEFACTS);
    assert.equal(path, join(directory, 'new', 'runs', record.runId));
    assert.deepEqual((await readdir(path)).toSorted(), [
      'calculator-batch.native.hlog',
      'report.html',
      'report.md',
      'run.json',
      'summary.csv',
    ]);
    assert.equal(await readFile(join(path, 'summary.csv'), 'utf8'), ARTEFACTS.summaryCsv);
    assert.deepEqual(await readRecord(join(path, 'run.json')), record);
  });

  test('leaves no half file behind when the disk is full', async () => {
    const runs = join(directory, 'full');
    const record = sampleRecord();
    await assert.rejects(writeRun(runs, record, ARTEFACTS, fillsUp('{')), {
      code: 'ERR_USAGE',
      message: /written to .*full.*run\.json: ENOSPC: no space left on device\. Make room .*--out$/,
    });
    assert.deepEqual(await readdir(join(runs, record.runId)), ['calculator-batch.native.hlog']);
  });

  for (const [what, write, file] of [
    ['takes no page', () => fillsUp('<!doctype'), 'report.html'],
    ['takes the record once the pages are gone', () => fillsUp('{', 1), 'run.json'],
  ] as const) {
    test(`keeps the record rather than what is rendered from it, on a disk that ${what}`, async () => {
      const runs = join(directory, `kept-${file}`);
      const record = sampleRecord();
      const path = join(runs, record.runId);
      await assert.rejects(writeRun(runs, record, ARTEFACTS, write()), {
        code: 'ERR_USAGE',
        message: new RegExp(`${file}: ENOSPC.* kept, .*/run\\.json: .* toolrig report ${path} `),
      });
      assert.deepEqual((await readdir(path)).toSorted(), [
        'calculator-batch.native.hlog',
        'run.json',
      ]);
      assert.deepEqual(await readRecord(join(path, 'run.json')), record);
    });
  }

  test('keeps the file that was there when the new one fails', async () => {
    const record = sampleRecord();
    const path = await writeRun(join(directory, 'twice'), record, ARTEFACTS);
    const newer = { ...ARTEFACTS, summaryCsv: 'newer' };
    await assert.rejects(writeRun(join(directory, 'twice'), record, newer, fails));
    assert.equal(await readFile(join(path, 'summary.csv'), 'utf8'), ARTEFACTS.summaryCsv);
  });

  test('writes nothing of a record that JSON cannot hold', async () => {
    const validRecord = sampleRecord();
    const environment = { ...validRecord.environment, memoryBytes: Number.NaN };
    const runs = join(directory, 'nan');
    await assert.rejects(writeRun(runs, { ...validRecord, environment }, ARTEFACTS), {
      code: 'ERR_INVALID_MEASUREMENT',
    });
    await assert.rejects(readdir(runs), { code: 'ENOENT' });
  });
});

describe('checkWritable', () => {
  inAFolder();

  test('creates the directory and leaves nothing in it', async () => {
    const path = join(directory, 'a', 'b');
    await checkWritable(path);
    assert.deepEqual(await readdir(path), []);
  });

  test('names the path and the reason when results cannot be stored there', async () => {
    const file = join(directory, 'a-file');
    await writeFile(file, '');
    await assert.rejects(checkWritable(join(file, 'runs')), {
      code: 'ERR_USAGE',
      message: /results cannot be written to .*a-file\/runs: ENOTDIR.* Choose another .* --out/,
    });
  });
});

describe('intervalLogName', () => {
  test('keeps plain names as they are', () => {
    assert.equal(intervalLogName('file-read', 'sdk-memory'), 'file-read.sdk-memory.hlog');
  });

  test('makes every other name safe without letting two meet', () => {
    const names = ['../../etc/passwd', 'a b', 'a/b', 'a.b', 'ä', '', 'x'.repeat(300), 'NUL\0'];
    const files = names.map((name) => intervalLogName(name, 'native'));
    for (const file of files) assert.match(file, /^[\w~-]{1,90}\.native\.hlog$/);
    assert.equal(new Set(files).size, names.length);
  });
});
