/** Logs and the audit log on a disk that is really full, where a file system can be mounted. */

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  AuditLog,
  type CallContext,
  createLog,
  defineService,
  NativeTransport,
  verifyAudit,
} from '../../../src/runtime/index.ts';

const disk = mkdtempSync(join(tmpdir(), 'toolrig-disk-'));
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', disk]).status === 0;

describe('A full disk', { skip: mounted ? false : 'needs the right to mount' }, () => {
  after(() => {
    execFileSync('umount', [disk]);
    rmdirSync(disk);
  });

  test('fails no call, and costs no line once there is room again', async () => {
    const failures: string[] = [];
    const onFailure = (error: NodeJS.ErrnoException): unknown => failures.push(String(error.code));
    const audit = await AuditLog.open({ path: join(disk, 'audit.jsonl'), retryMs: 20, onFailure });
    const log = createLog({ file: { path: join(disk, 'app.log') } });
    const transport = new NativeTransport({ audit, logger: log });
    const note = (_params: unknown, context: CallContext): void => context.log.info({}, 'noted');
    await transport.start(defineService({ name: 'notes', methods: { note } }));
    const ada = transport.as({ id: 'ada' });
    const calls = 1_000;
    for (let i = 0; i < calls; i++) await ada.call('notes', 'note', { i });
    while (audit.stats.writeFailures === 0) await sleep(5);
    execFileSync('mount', ['-o', 'remount,size=8m', disk]);
    await transport.stop();
    const { recorded, dropped } = await audit.close();
    await log.close();
    assert.deepEqual([recorded, dropped, log.lostLines], [calls, 0, 0]);
    assert.equal(failures[0], 'ENOSPC');
    const verdict = await verifyAudit(join(disk, 'audit.jsonl'));
    assert.deepEqual([verdict.calls, verdict.problem], [calls, undefined]);
    const lines = (await readFile(join(disk, 'app.log'), 'utf8')).trimEnd().split('\n');
    assert.equal(lines.length, calls);
    for (const line of lines) assert.equal(JSON.parse(line).msg, 'noted');
  });
});
