import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type CpuReading, heldUpMs, readCpus } from '../../../../src/harness/load/outside-watch.ts';

/** What the machine and its threads have had; each thread as [ran, waited]. */
function reading(machineMs: number, ...threads: [number, number][]): CpuReading {
  return {
    machineMs,
    threads: new Map(
      threads.map(([ranMs, waitedMs], index) => [`${index}`, { ranMs, waitedMs }] as const),
    ),
  };
}

describe('heldUpMs', () => {
  const before = reading(1_000, [400, 50], [100, 10]);

  test('is how long the thread that waited longest did, while others had that much time', () => {
    // Of 900 ms, ours had 300 and 200.
    assert.equal(heldUpMs(before, reading(1_900, [700, 120], [300, 15])), 70);
  });

  test('blames nobody for a wait behind a thread of our own', () => {
    assert.equal(heldUpMs(before, reading(1_500, [700, 120], [300, 15])), 0);
  });

  test('blames nobody for a pause of a service, which runs and waits for no CPU', () => {
    assert.equal(heldUpMs(before, reading(2_000, [900, 50], [100, 10])), 0);
  });

  test('blames nobody for work on a core that nobody wanted', () => {
    assert.equal(heldUpMs(before, reading(2_000, [700, 50], [300, 10])), 0);
  });

  test('counts a thread that was started meanwhile', () => {
    assert.equal(heldUpMs(before, reading(1_900, [700, 50], [200, 10], [100, 80])), 80);
  });

  test('is never more than others ran, and never below nothing', () => {
    assert.equal(heldUpMs(before, reading(1_530, [800, 250], [200, 10])), 30);
    assert.equal(heldUpMs(before, reading(1_010, [420, 250], [100, 10])), 0);
  });
});

describe('readCpus', () => {
  test('counts on where the kernel counts, and has nothing to say elsewhere', () => {
    const first = readCpus();
    if (first === undefined) return; // not Linux, or without schedstat
    const again = readCpus() ?? assert.fail('it told before');
    assert.ok(again.machineMs >= first.machineMs);
    const main = [...first.threads].find(([path]) => path.includes(`/${process.pid}/`));
    assert.ok(main !== undefined && main[1].ranMs > 0);
    assert.ok((again.threads.get(main[0])?.ranMs ?? 0) >= main[1].ranMs);
  });
});
