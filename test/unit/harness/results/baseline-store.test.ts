import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import {
  listBaselines,
  readBaseline,
  removeBaseline,
  saveBaseline,
} from '../../../../src/harness/results/baseline-store.ts';
import { sampleRecord } from '../../../helpers/sample-record.ts';

describe('baselines', () => {
  let folder = '';
  let count = 0;
  const fresh = () => join(folder, String(count++));
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'toolrig-baselines-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('are read back as they were saved, and listed in alphabetical order', async () => {
    const own = fresh();
    const record = sampleRecord();
    for (const name of ['release-3', 'main', '1.2.3']) await saveBaseline(own, name, record);
    assert.deepEqual(await listBaselines(own), ['1.2.3', 'main', 'release-3']);
    assert.deepEqual(await readBaseline(own, 'main'), record);
  });

  test('are none where there is no folder, and what is no baseline is not listed', async () => {
    const own = fresh();
    assert.deepEqual(await listBaselines(own), []);
    mkdirSync(own);
    for (const file of ['.gitkeep', 'notes.md', '.hidden.json']) writeFileSync(join(own, file), '');
    assert.deepEqual(await listBaselines(own), []);
  });

  test('are overwritten only when asked to', async () => {
    const own = fresh();
    const [one, two] = [sampleRecord(), { ...sampleRecord(), runId: 'another' }];
    await saveBaseline(own, 'main', one);
    await assert.rejects(saveBaseline(own, 'main', two), {
      code: 'ERR_USAGE',
      message: "there is a baseline 'main' already: overwrite it with --force",
    });
    assert.equal((await readBaseline(own, 'main')).runId, one.runId);
    await saveBaseline(own, 'main', two, { overwrite: true });
    assert.equal((await readBaseline(own, 'main')).runId, 'another');
    assert.deepEqual(readdirSync(own), ['main.json'], 'nothing temporary is left');
  });

  test('are gone once removed; a name that is not there is an error with the nearest one', async () => {
    const own = fresh();
    await saveBaseline(own, 'main', sampleRecord());
    const missing = { code: 'ERR_USAGE', message: /no baseline 'mian' .*Did you mean 'main'/ };
    await assert.rejects(readBaseline(own, 'mian'), missing);
    await assert.rejects(removeBaseline(own, 'mian'), missing);
    await removeBaseline(own, 'main');
    assert.deepEqual(await listBaselines(own), []);
  });

  test('of an invalid run are refused', async () => {
    const record = {
      ...sampleRecord(),
      validity: { verdict: 'invalid' as const, reasons: ['no call succeeded'] },
    };
    await assert.rejects(saveBaseline(fresh(), 'main', record), {
      code: 'ERR_USAGE',
      message: /is invalid and no baseline: no call succeeded/,
    });
  });

  test('never leave their folder, whatever they are named', async () => {
    const own = fresh();
    const hostile = [
      '../x',
      '..',
      '.',
      'a/b',
      'a\\b',
      '/etc/x',
      'a\0b',
      '',
      ' ',
      '-x',
      'x.',
      'CON:',
    ];
    const names = fc.oneof(fc.constantFrom(...hostile), fc.string());
    await fc.assert(
      fc.asyncProperty(names, async (name) => {
        const isSafe = /^[\w.-]{1,80}$/.test(name) && !/^[-._]|\.$/.test(name);
        if (isSafe) return;
        const refused = { code: 'ERR_USAGE', message: /a baseline's name must be/ };
        await assert.rejects(saveBaseline(own, name, sampleRecord()), refused);
        await assert.rejects(readBaseline(own, name), refused);
        await assert.rejects(removeBaseline(own, name), refused);
      }),
    );
    assert.ok(!existsSync(own), 'nothing was written');
  });
});
