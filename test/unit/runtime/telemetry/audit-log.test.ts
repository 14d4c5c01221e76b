import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import {
  type AuditEntry,
  AuditLog,
  type AuditOptions,
} from '../../../../src/runtime/telemetry/audit-log.ts';
import { verifyAudit } from '../../../../src/runtime/telemetry/verify-audit.ts';
import { settle } from '../../../helpers/event-loop.ts';
import { FaultyFile } from '../../../helpers/faulty-file.ts';
import { HOSTILE_NAMES } from '../../../helpers/hostile-names.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';

type Line = Record<string, unknown>;

let directory: string;
let path: string;

/** A folder of its own for each test of a suite. */
function inAFolder(): void {
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'toolrig-audit-'));
    path = join(directory, 'audit.jsonl');
  });
  afterEach(() => rm(directory, { recursive: true }));
}

function entry(over: Partial<AuditEntry> = {}): AuditEntry {
  return {
    caller: 'ada',
    service: 'calculator',
    method: 'tools/call',
    tool: 'add',
    requestId: 'r1',
    outcome: 'ok',
    startedAtWallMs: Date.UTC(2026, 0, 1),
    startedAtMs: 1_234.5,
    durationNs: 5_000,
    args: '"argumentsSha256":"00"',
    ...over,
  };
}

describe('An audit log that is written', () => {
  inAFolder();

  test('is refused to another, whose lines would break its chain, until it is closed', async () => {
    const log = await AuditLog.open({ path });
    await assert.rejects(AuditLog.open({ path }), {
      code: 'ERR_INVALID_OPTION',
      message: /audit\.jsonl' is written by process \d+: give each program a file of its own/,
    });
    log.record(entry());
    await log.close();
    await writeLog(1);
    assert.deepEqual((await verifyAudit(path)).problem, undefined);
    assert.equal((await verifyAudit(path)).lines, 2);
  });

  test('can be opened when it has been refused for what is in it', async () => {
    await writeFile(path, 'no audit log\n');
    await assert.rejects(AuditLog.open({ path }), /no audit log/);
    await rm(path);
    await writeLog(1);
  });
});

async function writeLog(count: number, options: Partial<AuditOptions> = {}): Promise<void> {
  const log = await AuditLog.open({ path, ...options });
  for (let i = 0; i < count; i++) log.record(entry({ requestId: `r${i}` }));
  await log.close();
}

async function linesOf(): Promise<string[]> {
  return (await readFile(path, 'utf8')).split('\n').slice(0, -1);
}

/** A log whose writes go where the test can stop them. */
async function openFaulty(options: Partial<AuditOptions> = {}) {
  const clock = new ManualClock();
  const faulty = new FaultyFile();
  const failures: Error[] = [];
  const log = await AuditLog.open({
    path,
    clock,
    openFile: faulty.open,
    onFailure: (error) => failures.push(error),
    ...options,
  });
  const verify = async () => {
    await writeFile(path, faulty.text);
    return verifyAudit(path);
  };
  return { clock, faulty, failures, log, verify };
}

describe('AuditLog', () => {
  inAFolder();

  test('writes who called what, when, how it ended and how long it took', async () => {
    await writeLog(1);
    const [text] = await linesOf();
    const { hash, ...line } = JSON.parse(text as string) as Line;
    assert.match(String(hash), /^[0-9a-f]{64}$/);
    assert.deepEqual(line, {
      seq: 1,
      time: '2026-01-01T00:00:00.000Z',
      monotonicNs: 1_234_500_000,
      caller: 'ada',
      service: 'calculator',
      method: 'tools/call',
      tool: 'add',
      requestId: 'r0',
      outcome: 'ok',
      durationNs: 5_000,
      argumentsSha256: '00',
      prev: '0'.repeat(64),
    });
  });

  test('is for its owner alone to read', async () => {
    await writeLog(1);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
  });

  test('continues the chain of the file that is there', async () => {
    await writeLog(3);
    await writeLog(2);
    const verdict = await verifyAudit(path);
    assert.deepEqual([verdict.lines, verdict.calls, verdict.problem], [5, 5, undefined]);
  });

  test('keeps names in one line, and short', async () => {
    const log = await AuditLog.open({ path });
    const names = [...HOSTILE_NAMES, '__proto__', 'constructor', 'a\u2028b', '","outcome":"ok'];
    for (const tool of names) log.record(entry({ tool, outcome: 'denied' }));
    await log.close();
    const lines = (await linesOf()).map((line) => JSON.parse(line) as Line);
    assert.equal(lines.length, names.length);
    for (const [index, line] of lines.entries()) {
      const name = names[index] as string;
      assert.equal(line['outcome'], 'denied');
      if (name.length > 256) assert.equal(String(line['tool']).length, 257);
      else assert.equal(line['tool'], name);
    }
    assert.equal((await verifyAudit(path)).problem, undefined);
  });

  test('refuses a file that is no audit log, and options that make no sense', async () => {
    const code = 'ERR_INVALID_OPTION';
    await writeFile(path, 'hello\n');
    await assert.rejects(AuditLog.open({ path }), { code, message: /no audit log/ });
    assert.equal(await readFile(path, 'utf8'), 'hello\n');
    await assert.rejects(AuditLog.open({ path: '' }), { code });
    await assert.rejects(AuditLog.open({ path: join(directory, 'b'), pth: 1 } as never), { code });
    const onWriteFailure = 'ignore' as never;
    await assert.rejects(AuditLog.open({ path: join(directory, 'b'), onWriteFailure }), { code });
  });

  test('says at once when its file cannot be made', async () => {
    const nowhere = join(directory, 'missing', 'audit.jsonl');
    await assert.rejects(AuditLog.open({ path: nowhere }), { code: 'ENOENT' });
  });

  test('closes a line that a crash cut off, says how long it was, and goes on', async () => {
    await writeLog(2);
    await appendFile(path, '{"seq":3,"time":"20');
    assert.equal((await verifyAudit(path)).problem?.line, 3);
    await writeLog(1);
    const verdict = await verifyAudit(path);
    assert.equal(verdict.problem, undefined);
    assert.equal(verdict.calls, 3);
    assert.deepEqual(JSON.parse((await linesOf())[3] as string).torn, 19);
  });

  test('waits with its lines while the disk is full, and writes them all when it is not', async () => {
    const { log, faulty, clock, failures, verify } = await openFaulty();
    faulty.capacityBytes = 500;
    for (let i = 0; i < 5; i++) log.record(entry());
    await settle();
    assert.equal(failures.length, 1);
    assert.equal(log.stats.writeFailures, 1);
    faulty.capacityBytes = Number.POSITIVE_INFINITY;
    clock.advance(1_000);
    assert.deepEqual(await log.close(), { recorded: 5, dropped: 0, refused: 0, writeFailures: 1 });
    const { calls, problem } = await verify();
    assert.deepEqual([calls, problem], [5, undefined]);
  });

  test('drops what does not fit in the queue, and says how many where they would stand', async () => {
    const { log, faulty, verify } = await openFaulty({ maxQueueBytes: 1_000 });
    faulty.pause();
    for (let i = 0; i < 10; i++) log.record(entry({ requestId: `early${i}` }));
    const { recorded, dropped } = log.stats;
    assert.equal(recorded + dropped, 10);
    assert.ok(dropped > 0);
    faulty.resume();
    await settle();
    log.record(entry({ requestId: 'late' }));
    await log.close();
    const lines = faulty.lines.map((line) => JSON.parse(line) as Line);
    assert.equal(lines.length, recorded + 2);
    assert.equal(lines.at(-2)?.['dropped'], dropped);
    assert.equal(lines.at(-1)?.['requestId'], 'late');
    const verdict = await verify();
    assert.deepEqual(
      [verdict.calls, verdict.dropped, verdict.problem],
      [recorded + 1, dropped, undefined],
    );
  });

  test('says at its end what it dropped last', async () => {
    const { log, faulty, verify } = await openFaulty({ maxQueueBytes: 500 });
    for (let i = 0; i < 10; i++) log.record(entry());
    const { dropped } = await log.close();
    assert.ok(dropped > 0);
    assert.equal((await verify()).dropped, dropped);
    assert.equal(JSON.parse(faulty.lines.at(-1) as string).dropped, dropped);
  });

  test('counts what is recorded after its end as dropped', async () => {
    const log = await AuditLog.open({ path });
    await log.close();
    log.record(entry());
    assert.equal(log.stats.dropped, 1);
    assert.deepEqual(await log.close(), { recorded: 0, dropped: 0, refused: 0, writeFailures: 0 });
  });

  test('counts lines it had to give up among the dropped', async () => {
    const { log, faulty, failures, clock } = await openFaulty();
    faulty.capacityBytes = 0;
    for (let i = 0; i < 3; i++) log.record(entry());
    const closed = log.close(500);
    for (let turn = 0; turn < 40; turn++) {
      await settle();
      clock.advance(100);
    }
    const { recorded, dropped } = await closed;
    assert.deepEqual([recorded, dropped], [0, 3]);
    assert.match(failures.at(-1)?.message ?? '', /^3 lines could not be written/);
  });

  test('gives up its own line about a gap without counting it as a call', async () => {
    const { log, faulty, clock } = await openFaulty({ maxQueueBytes: 1_000 });
    faulty.capacityBytes = 0;
    for (let i = 0; i < 10; i++) log.record(entry());
    const closed = log.close(5_000);
    for (let i = 0; i < 60; i++) {
      await settle();
      clock.advance(100);
    }
    const { recorded, dropped } = await closed;
    assert.deepEqual([recorded, dropped], [0, 10]);
  });

  test('refuses calls only when told to, while it cannot write, and no longer', async () => {
    const { log, faulty, clock } = await openFaulty({ onWriteFailure: 'refuse' });
    assert.equal(log.isRefusing, false);
    faulty.capacityBytes = 10;
    log.record(entry());
    await settle();
    assert.equal(log.isRefusing, true);
    log.countRefusal();
    faulty.capacityBytes = Number.POSITIVE_INFINITY;
    clock.advance(1_000);
    await settle();
    assert.equal(log.isRefusing, false);
    log.record(entry());
    await log.close();
    assert.equal(log.isRefusing, true, 'a log that is closed records nothing');
    assert.equal(JSON.parse(faulty.lines[1] as string).refused, 1);
  });

  test('stops refusing when its queue has room again', async () => {
    const { log, faulty } = await openFaulty({ onWriteFailure: 'refuse', maxQueueBytes: 500 });
    faulty.pause();
    for (let i = 0; i < 3; i++) log.record(entry());
    assert.equal(log.isRefusing, true);
    faulty.resume();
    await settle();
    assert.equal(log.isRefusing, false);
    await log.close();
  });
});

describe('verifyAudit', () => {
  inAFolder();

  /** The verdict after the lines of a log of six have been changed. */
  async function tamper(change: (lines: string[]) => string[]) {
    await writeLog(6);
    await writeFile(path, `${change(await linesOf()).join('\n')}\n`);
    return verifyAudit(path);
  }

  test('accepts a log as it was written, and tells its last hash', async () => {
    const verdict = await tamper((lines) => lines);
    assert.deepEqual([verdict.lines, verdict.calls, verdict.dropped], [6, 6, 0]);
    assert.equal(verdict.lastHash, JSON.parse((await linesOf())[5] as string).hash);
    assert.equal(verdict.problem, undefined);
  });

  test('accepts an empty log', async () => {
    await writeFile(path, '');
    assert.equal((await verifyAudit(path)).problem, undefined);
  });

  test('finds a line that was changed', async () => {
    const { problem, lines } = await tamper((all) =>
      all.with(2, (all[2] as string).replace('"ada"', '"eve"')),
    );
    assert.deepEqual(problem, { line: 3, reason: 'does not have the hash that it says' });
    assert.equal(lines, 2);
  });

  test('finds a line that was taken out, put in, doubled, or moved', async () => {
    const others = join(directory, 'other.jsonl');
    const other = await AuditLog.open({ path: others });
    other.record(entry({ caller: 'eve' }));
    await other.close();
    const foreign = (await readFile(others, 'utf8')).trimEnd();
    const changes: ((lines: string[]) => string[])[] = [
      (lines) => lines.toSpliced(2, 1),
      (lines) => lines.toSpliced(2, 0, foreign),
      (lines) => lines.toSpliced(2, 0, lines[1] as string),
      (lines) => lines.with(2, lines[3] as string).with(3, lines[2] as string),
      (lines) => lines.toSpliced(2, 0, 'no JSON'),
      (lines) => lines.toSpliced(2, 0, ''),
    ];
    for (const [index, change] of changes.entries()) {
      await rm(path, { force: true });
      const { problem } = await tamper(change);
      assert.equal(problem?.line, 3, `change ${index}`);
    }
  });

  test('finds a line of another log that stands in the right place', async () => {
    const others = join(directory, 'other.jsonl');
    const other = await AuditLog.open({ path: others });
    for (let i = 0; i < 3; i++) other.record(entry({ caller: 'eve' }));
    await other.close();
    const third = (await readFile(others, 'utf8')).split('\n')[2] as string;
    const { problem } = await tamper((lines) => [...lines.slice(0, 2), third]);
    assert.deepEqual(problem, { line: 3, reason: 'does not follow the line before it' });
  });

  test('cannot be continued or rewritten without the key, when there was one', async () => {
    await writeLog(2, { key: 'secret' });
    assert.equal((await verifyAudit(path, { key: 'secret' })).problem, undefined);
    assert.equal((await verifyAudit(path)).problem?.line, 1);
    await writeLog(1, { key: 'guessed' });
    assert.equal((await verifyAudit(path, { key: 'secret' })).problem?.line, 3);
  });

  test('forgives a torn line only when the line after it owns up to it', async () => {
    await writeLog(2);
    await appendFile(path, '{"torn');
    await writeLog(1);
    const lines = await linesOf();
    assert.equal((await verifyAudit(path)).problem, undefined);
    await writeFile(path, `${lines.with(2, '{"torn and more').join('\n')}\n`);
    assert.equal((await verifyAudit(path)).problem?.line, 3);
  });
});
