import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../helpers/otp/main.js', import.meta.url));
const TRACES_URL = new URL('../../../test/golden/otp-supervisor-traces.json', import.meta.url);

interface Recorded {
  name: string;
  trace: unknown[][];
  sup_alive: boolean;
}

describe('npm run otp', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'toolrig-otp-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  function otp(content: string, ...args: string[]) {
    const file = join(folder, 'traces.json');
    writeFileSync(file, content);
    return spawnSync(process.execPath, [MAIN, file, ...args], { encoding: 'utf8' });
  }

  /** Two recorded scenarios, changed. */
  function changed(change: (scenarios: Recorded[]) => void): string {
    const { scenarios } = JSON.parse(readFileSync(TRACES_URL, 'utf8')) as { scenarios: Recorded[] };
    const few = scenarios.filter(({ name }) =>
      /^stop\/reverse|^sibling\/one_for_all\/tr/.test(name),
    );
    change(few);
    return JSON.stringify({ scenarios: few });
  }

  test('passes what was recorded, for every kind of children', () => {
    for (const kind of ['inline', 'thread', 'process']) {
      const { stdout, status } = otp(
        changed(() => {}),
        '--child',
        kind,
      );
      assert.equal(stdout, '2 passed, 0 failed\n');
      assert.equal(status, 0);
    }
  });

  test('fails when a supervisor stops in another order than was recorded', () => {
    const { stdout, status } = otp(
      changed(([first]) => {
        const trace = first?.trace ?? [];
        const stops = trace.filter(([kind]) => kind === 'down').map(([, label]) => label);
        assert.ok(stops.length > 1);
        trace.reverse();
      }),
    );
    assert.match(stdout, /^✗ \S+\n(?:    [ +-] \[.*\n)+/m);
    assert.match(stdout, /1 passed, 1 failed\n$/);
    assert.equal(status, 1);
  });

  test('fails when an event is missing, when there is one more, and when it should have lived', () => {
    for (const change of [
      ([first]: Recorded[]) => first?.trace.pop(),
      ([first]: Recorded[]) => first?.trace.push(['start', 'z', 1]),
      ([first]: Recorded[]) => {
        if (first !== undefined) first.sup_alive = !first.sup_alive;
      },
    ]) {
      const { stdout, status } = otp(changed(change));
      assert.match(stdout, /1 passed, 1 failed\n$/);
      assert.equal(status, 1);
    }
  });

  test('refuses a step that there is not, naming the nearest, and one that lacks what it takes', () => {
    const cases: [unknown, RegExp][] = [
      [['terminate_chidl', 'a'], /no step 'terminate_chidl' in 'steps'.*'terminate_child'/],
      [['exit', 'a'], /a step is \[exit, name, reason\], got \["exit","a"\]/],
      [['sleep', 'long'], /a step is \[sleep, ms\]/],
      [['start_child', 'b'], /a step is \[start_child, spec\]/],
      ['which', /a step is \[operation, \.\.\.\], got "which"/],
    ];
    for (const [step, message] of cases) {
      const { stdout, stderr, status } = otp(
        changed(([first]) => Object.assign(first ?? {}, { steps: [step] })),
      );
      assert.equal(stdout, '');
      assert.match(stderr, message);
      assert.equal(status, 2);
    }
  });

  test('says what is wrong with a file that it cannot use', () => {
    for (const content of ['', '{}', '{"scenarios":[]}', '{"scenarios":[{"name":"x"}]}', '[]']) {
      const { stdout, stderr, status } = otp(content);
      assert.equal(stdout, '');
      assert.match(stderr, /usage: npm run -s otp/);
      assert.equal(status, 2);
    }
    assert.equal(
      otp(
        changed(() => {}),
        '--child',
        'thred',
      ).status,
      2,
    );
    assert.equal(spawnSync(process.execPath, [MAIN, join(folder, 'none.json')]).status, 2);
    assert.equal(spawnSync(process.execPath, [MAIN]).status, 2);
  });
});
