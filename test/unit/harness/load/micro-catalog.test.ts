import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { loadMicroBenches } from '../../../../src/harness/load/micro-catalog.ts';

describe('loadMicroBenches', () => {
  let folder = '';
  let directory: URL;

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'toolrig-benches-'));
    directory = pathToFileURL(`${folder}/`);
    await writeFile(path.join(folder, 'zebra.bench.js'), `export const bench = { name: 'zebra' };`);
    await writeFile(path.join(folder, 'ant.bench.js'), `export const bench = { name: 'ant' };`);
    await writeFile(path.join(folder, 'ant.bench.js.map'), '{}');
    await writeFile(path.join(folder, 'notes.js'), 'throw new Error("not a bench")');
  });
  after(() => rm(folder, { recursive: true }));

  const namesOf = async (names?: readonly string[]) =>
    (await loadMicroBenches(names, directory)).map((bench) => bench.name);

  test('loads every bench by name, and nothing else that lies there', async () => {
    assert.deepEqual(await namesOf(), ['ant', 'zebra']);
  });

  test('loads those that are asked for, once, in the order of asking', async () => {
    assert.deepEqual(await namesOf(['zebra', 'ant', 'zebra']), ['zebra', 'ant']);
  });

  test('names the bench that was probably meant', async () => {
    await assert.rejects(namesOf(['zebar']), {
      code: 'ERR_USAGE',
      message: "there is no bench 'zebar'. Did you mean 'zebra'?",
    });
  });

  test('lists what there is when nothing is near', async () => {
    await assert.rejects(namesOf(['hippopotamus']), { message: /There is: ant, zebra\./ });
  });

  test('refuses a file that exports no bench, or one of another name', async () => {
    const other = await mkdtemp(path.join(os.tmpdir(), 'toolrig-benches-'));
    const there = pathToFileURL(`${other}/`);
    await writeFile(path.join(other, 'mute.bench.js'), 'export const benchmark = {};');
    await writeFile(path.join(other, 'shy.bench.js'), `export const bench = { name: 'bold' };`);
    const code = 'ERR_USAGE';
    await assert.rejects(loadMicroBenches(['mute'], there), { code, message: /no such export/ });
    await assert.rejects(loadMicroBenches(['shy'], there), { code, message: /name is 'bold'/ });
    await rm(other, { recursive: true });
  });

  test('finds the benches of this package', async () => {
    const benches = await loadMicroBenches(['dispatch', 'histogram']);
    const [dispatch] = benches;
    assert.equal(dispatch?.baseline, 'bare-await');
    const names = dispatch.tasks.map((task) => task.name);
    for (const name of ['bare-await', 'native-sync', 'native-async', 'json']) {
      assert.ok(names.includes(name), name);
    }
  });
});
