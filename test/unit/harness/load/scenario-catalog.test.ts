import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Suite } from '../../../../src/harness/load/scenario.ts';
import {
  listScenarioNames,
  loadScenario,
  loadSuite,
  referenceService,
} from '../../../../src/harness/load/scenario-catalog.ts';

const BODY = `{
  name: 'own', description: 'x', services: {},
  operations: [{ name: 'a', service: 's', tool: 't', input: () => 0, check: () => undefined }],
}`;

describe('the catalog of scenarios', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'toolrig-test-'));
  });

  after(() => rm(folder, { recursive: true }));

  async function file(name: string, text: string): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, text);
    return path;
  }

  test('lists the scenarios of the package, each of which loads under its name', async () => {
    const names = await listScenarioNames();
    assert.deepEqual(names, names.toSorted());
    assert.ok(names.includes('calculator-batch'));
    for (const name of names) assert.equal((await loadScenario(name)).name, name);
  });

  test('loads one case alone, by the name it has in a record', async () => {
    const { name, cases } = await loadScenario('payload-sweep/text-1MiB');
    assert.equal(name, 'payload-sweep');
    assert.deepEqual(
      cases.map((each) => each.name),
      ['text-1MiB'],
    );
    const code = 'ERR_USAGE';
    await assert.rejects(loadScenario('oom/mop'), {
      code,
      message: /no case 'mop'\. Did you mean 'map'/,
    });
    await assert.rejects(loadScenario('mixed/x'), {
      code,
      message: /'mixed' has no case 'x'\. It has none/,
    });
    await assert.rejects(loadScenario('mixed/x.mjs'), { code, message: /there is no file/ });
  });

  test('knows the scenarios of each suite, every one of which is in one', async () => {
    const namesOf = async (suite: Suite) => (await loadSuite(suite)).map(({ name }) => name);
    const [cost, chaos] = [await namesOf('cost'), await namesOf('chaos')];
    const truth = await namesOf('truth');
    assert.ok(cost.includes('mixed') && chaos.includes('crash-recovery'));
    assert.ok(truth.includes('frozen-server'));
    assert.deepEqual([...cost, ...chaos, ...truth].toSorted(), await listScenarioNames());
  });

  test("loads anybody's own by path, exported by name or as default", async () => {
    const named = await file('named.mjs', `export const scenario = ${BODY};`);
    const byDefault = await file('default.mjs', `export default ${BODY};`);
    for (const path of [named, byDefault]) {
      const { cases } = await loadScenario(path);
      assert.equal(cases.length, 1);
    }
  });

  test('names the nearest scenario for one that is not there', async () => {
    await assert.rejects(loadScenario('calculator-bach'), {
      code: 'ERR_USAGE',
      message: /Did you mean 'calculator-batch'\?.*give its path/,
    });
  });

  test('says why a file cannot be used', async () => {
    const broken = await file('broken.mjs', '\nexport const scenario = {\n\n]');
    const empty = await file('empty.mjs', 'export const other = 1;');
    const code = 'ERR_USAGE';
    await assert.rejects(loadScenario(broken), {
      code,
      message: /loaded: Unexpected token ']' \(at .*broken\.mjs:4\)/,
    });
    await assert.rejects(loadScenario(empty), { code, message: /exports no scenario/ });
    await assert.rejects(loadScenario(join(folder, 'none.mjs')), { code, message: /none\.mjs/ });
  });

  test('checks what a file exports', async () => {
    const misspelled = await file('wrong.mjs', `export const scenario = { nmae: 'own' };`);
    await assert.rejects(loadScenario(misspelled), { code: 'ERR_INVALID_OPTION', message: /nmae/ });
  });

  test('knows where the reference services are', async () => {
    for (const name of ['calculator', 'file', 'data'] as const) {
      const source = referenceService(name, { basePath: '/nowhere' });
      const module = (await import(source.module)) as Record<string, unknown>;
      assert.equal(typeof module[source.export], 'function', name);
      assert.deepEqual(source.options, { basePath: '/nowhere' });
    }
  });
});
