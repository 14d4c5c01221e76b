import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { processUsage, tellsProcessUsage } from '../../../../src/harness/variants/process-usage.ts';

describe('the usage of a process', { skip: !tellsProcessUsage() }, () => {
  test('is near to what the process itself says', () => {
    const before = process.cpuUsage();
    const { cpuNs, rssBytes } = processUsage(process.pid);
    const after = process.cpuUsage();
    // A tick on either side: children of other tests may have ended.
    assert.ok(cpuNs >= (before.user + before.system) * 1e3 - 20e6, `${cpuNs}`);
    assert.ok((after.user + after.system) * 1e3 > 0);
    assert.ok(rssBytes > 10e6, `${rssBytes}`);
  });

  test('has that of its children, and of one that has ended nothing', async () => {
    const own = processUsage(process.pid).rssBytes;
    const child = spawn(process.execPath, ['-e', 'console.log(); setInterval(() => {}, 1e3)']);
    await once(child.stdout, 'data');
    const pid = child.pid ?? -1;
    const ofChild = processUsage(pid);
    assert.ok(ofChild.rssBytes > 10e6 && ofChild.cpuNs > 0);
    assert.ok(processUsage(process.pid).rssBytes > own + ofChild.rssBytes / 2);
    child.kill('SIGKILL');
    await once(child, 'close');
    assert.deepEqual(processUsage(pid), { cpuNs: 0, rssBytes: 0 });
  });
});
