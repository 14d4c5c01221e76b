import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { BaseTrees, type TreeOptions } from '../../../src/cli/gating/base-tree.ts';
import { toolOf } from '../../../src/cli/gating/project.ts';
import { Repository } from '../../../src/cli/gating/repository.ts';
import { temporaryFolder } from '../../helpers/cli.ts';
import { FixtureRepository } from '../../helpers/fixture-repository.ts';

const folder = temporaryFolder('base-tree');
const NEVER = new AbortController().signal;
let count = 0;

/** A repository and a cache of its own for a test. */
function fixture(options: Partial<TreeOptions> = {}) {
  const home = join(folder, String(count++));
  const repository = new FixtureRepository(join(home, 'repository'));
  const said: string[] = [];
  const hold = async (signal = NEVER) =>
    BaseTrees.hold(await Repository.around(repository.folder, signal), {
      cacheFolder: join(home, 'cache'),
      install: 'node install.mjs',
      build: undefined,
      say: (text) => said.push(text),
      ...options,
      signal,
    });
  const ofRepository = () => {
    const [name = ''] = existsSync(join(home, 'cache')) ? readdirSync(join(home, 'cache')) : [];
    return join(home, 'cache', name);
  };
  return { repository, hold, said, cache: ofRepository };
}

describe('the tree of a base', () => {
  test('has the files of the commit, what was installed, and is no worktree any more', async () => {
    const { repository, hold } = fixture();
    const commit = repository.git('rev-parse', 'HEAD').trim();
    repository.figures({ ns: 900 });
    const trees = await hold();
    const tree = await trees.build(commit);
    await trees.release();
    assert.equal(readFileSync(join(tree, 'figures.json'), 'utf8'), '{"ns":500}\n');
    assert.deepEqual(toolOf(tree), {
      main: join(tree, 'node_modules', 'toolrig', 'main.js'),
      version: '9.9.9',
    });
    assert.deepEqual(repository.worktrees(), [repository.folder]);
    assert.ok(!existsSync(join(tree, '.git')));
  });

  test('is built once for each commit, and again when it is built in another way', async () => {
    const { repository, hold, said } = fixture();
    const commit = repository.commit.bind(repository);
    const first = repository.git('rev-parse', 'HEAD').trim();
    repository.figures({ ns: 600 });
    const second = commit('second');
    const trees = await hold();
    const paths = [await trees.build(first), await trees.build(second), await trees.build(first)];
    await trees.release();
    assert.equal(new Set(paths).size, 2);
    assert.equal(said.filter((text) => text.includes('node install.mjs')).length, 2);
    assert.match(said.at(-1) ?? '', /was built before/);
  });

  test('does not run the hooks of the repository', async () => {
    const { repository, hold } = fixture();
    repository.write('.git/hooks/post-checkout', '#!/bin/sh\nexit 1\n');
    repository.git('config', 'core.hooksPath', '.git/hooks');
    const trees = await hold();
    await trees.build(repository.git('rev-parse', 'HEAD').trim());
    await trees.release();
  });

  test('of a commit that cannot be built is an error with the end of its output, and leaves nothing', async () => {
    const { repository, hold, cache } = fixture({ build: 'echo "two plus\u001b[31m two"; exit 7' });
    const trees = await hold();
    await assert.rejects(trees.build(repository.git('rev-parse', 'HEAD').trim()), {
      code: 'ERR_TARGET',
      message: /commit [0-9a-f]{12} does not build: .* ended with 7 in .*\n {2}two plus�\[31m two$/,
    });
    await trees.release();
    assert.deepEqual(repository.worktrees(), [repository.folder]);
    assert.deepEqual(readdirSync(cache()), []);
  });

  test('leaves nothing when it is interrupted', async () => {
    const interrupt = new AbortController();
    const { repository, hold, cache } = fixture({
      install: 'sleep 60',
      say: (text) => {
        if (text.includes('sleep')) setImmediate(() => interrupt.abort());
      },
    });
    const commit = repository.git('rev-parse', 'HEAD').trim();
    const trees = await hold(interrupt.signal);
    await assert.rejects(trees.build(commit), { name: 'AbortError' });
    await trees.release();
    assert.deepEqual(repository.worktrees(), [repository.folder]);
    assert.deepEqual(readdirSync(cache()), []);
  });

  test('that a killed gate was building is taken away by the next one', async () => {
    const { repository, hold, cache } = fixture();
    await (await hold()).release();
    const left = join(cache(), 'abc-def', 'tree');
    mkdirSync(join(left, '..'), { recursive: true });
    repository.git('worktree', 'add', '--detach', '--quiet', left, 'HEAD');
    // No process has this number: it is above what Linux gives out.
    writeFileSync(join(cache(), 'lock'), '99999999\n');
    const trees = await hold();
    await trees.release();
    assert.deepEqual(repository.worktrees(), [repository.folder]);
    assert.deepEqual(readdirSync(cache()), []);
  });

  test('is kept for the three commits that were gated last', async () => {
    const { repository, hold, cache } = fixture();
    const trees = await hold();
    for (let i = 0; i < 4; i++) {
      repository.figures({ ns: i });
      const tree = await trees.build(repository.commit(`number ${i}`));
      utimesSync(join(tree, '..', 'built'), i, i);
    }
    await trees.release();
    const kept = readdirSync(cache()).map((name) =>
      readFileSync(join(cache(), name, 'tree', 'figures.json'), 'utf8'),
    );
    assert.deepEqual(kept.toSorted(), ['{"ns":1}\n', '{"ns":2}\n', '{"ns":3}\n']);
  });

  test('is not to be had while another gate has hold of it', async () => {
    const { hold } = fixture();
    const trees = await hold();
    await assert.rejects(hold(), {
      code: 'ERR_USAGE',
      message: new RegExp(`process ${process.pid} is gating this repository.* delete .*lock$`),
    });
    await trees.release();
    await (await hold()).release();
  });
});

describe('the repository', () => {
  test('says of a folder that is in none, and of a commit that is not there, what to do', async () => {
    await assert.rejects(Repository.around(folder, NEVER), {
      code: 'ERR_USAGE',
      message: /is in no git repository/,
    });
    const { repository } = fixture();
    const around = await Repository.around(repository.folder, NEVER);
    for (const ref of ['nope', '--help', 'HEAD~7', '']) {
      await assert.rejects(around.commitOf(ref), {
        code: 'ERR_USAGE',
        message: new RegExp(`there is no commit '${ref}' in .*fetch-depth: 0`),
      });
    }
  });

  test('is found from a folder within, whatever a hook of git has set', async () => {
    const { repository } = fixture();
    const inner = join(repository.folder, 'packages', 'one');
    mkdirSync(inner, { recursive: true });
    process.env['GIT_DIR'] = '/nowhere';
    try {
      const around = await Repository.around(inner, NEVER);
      assert.equal(around.root, repository.folder);
      assert.equal(around.prefix, 'packages/one/');
      assert.equal(await around.isDirty(), false);
      repository.write('packages/one/new.txt', 'new');
      assert.equal(await around.isDirty(), true);
    } finally {
      delete process.env['GIT_DIR'];
    }
  });
});
