import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { ToolError, ToolrigError } from '../../../../../src/core/errors.ts';
import { SYSTEM } from '../../../../../src/runtime/dispatch/access/identity.ts';
import type { CallContext } from '../../../../../src/runtime/dispatch/call-context.ts';
import { defineService } from '../../../../../src/runtime/dispatch/service-definition.ts';
import {
  NativeTransport,
  type NativeTransportOptions,
} from '../../../../../src/runtime/scheduler/native-transport.ts';
import { AuditLog, type AuditOptions } from '../../../../../src/runtime/telemetry/audit-log.ts';
import { verifyAudit } from '../../../../../src/runtime/telemetry/verify-audit.ts';
import { settle } from '../../../../helpers/event-loop.ts';
import { FaultyFile } from '../../../../helpers/faulty-file.ts';
import { ManualClock } from '../../../../helpers/manual-clock.ts';
import { pastDeadline } from '../../../../helpers/start-service.ts';

type Line = Record<string, unknown>;

let directory: string;
let path: string;

const inputSchema = { type: 'object' };
const SERVICE = defineService({
  name: 'store',
  concurrency: 10,
  tools: {
    add: { description: 'Adds.', inputSchema, handler: () => ({ content: [] }) },
    break: {
      description: 'Cannot.',
      inputSchema,
      handler: () => {
        throw new ToolError('cannot');
      },
    },
    eat: {
      description: 'Empties what it is given.',
      inputSchema,
      handler: (args: { rows: unknown[] }) => {
        args.rows.length = 0;
        return { content: [] };
      },
    },
  },
  methods: {
    own: (_params: unknown, context: CallContext) => context.requestId,
    note: () => undefined,
    hang: (_params: unknown, { signal }: CallContext) =>
      new Promise((resolve) => signal.addEventListener('abort', resolve)),
    fail: () => {
      throw new ToolrigError('ERR_INVALID_PARAMS', 'no');
    },
  },
});

async function start(
  auditOptions: Partial<AuditOptions> = {},
  transportOptions: NativeTransportOptions = {},
) {
  const clock = new ManualClock();
  const audit = await AuditLog.open({ path, clock, ...auditOptions });
  const transport = new NativeTransport({ clock, audit, ...transportOptions });
  await transport.start(SERVICE);
  return { clock, audit, transport };
}

async function linesOf(): Promise<Line[]> {
  const text = await readFile(path, 'utf8');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

describe('A transport with an audit log', () => {
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'toolrig-audited-'));
    path = join(directory, 'audit.jsonl');
  });
  afterEach(() => rm(directory, { recursive: true }));

  test('records every call by every way, with who, what and how it ended', async () => {
    const { transport, audit, clock } = await start(
      {},
      {
        policy: {
          rules: [{ effect: 'allow', callers: ['ada'], services: ['store', 'nobody'] }],
          limits: [{ callers: ['ada'], concurrency: 1 }],
        },
      },
    );
    const ada = transport.as({ id: 'ada' });
    const quiet = (call: Promise<unknown>): Promise<unknown> => call.catch(() => undefined);
    await ada.call('store', 'tools/call', { name: 'add', arguments: { b: 1, a: 2 } });
    await ada.service('store').call('tools/call', { name: 'break', arguments: {} });
    await quiet(ada.call('store', 'fail'));
    await quiet(ada.call('nobody', 'ping'));
    await quiet(transport.as({ id: 'eve' }).call('store', 'tools/call', { name: 'add' }));
    await quiet(transport.call('store', 'ping'));
    await transport.as(SYSTEM).call('store', 'ping');
    await ada.callMany('store', 'own', [1]);
    ada.notify('store', 'note', {});
    assert.throws(() => transport.notify('store', 'note'), { code: 'ERR_FORBIDDEN' });
    const hanging = quiet(ada.call('store', 'hang', {}, { timeoutMs: 50 }));
    await quiet(ada.call('store', 'ping'));
    clock.advance(pastDeadline(50));
    await hanging;
    await transport.stop();
    await audit.close();
    const seen = (await linesOf()).map(({ caller, service, method, tool, outcome }) =>
      [caller, service, method, tool, outcome].filter((part) => typeof part === 'string').join(' '),
    );
    assert.deepEqual(seen, [
      'ada store tools/call add ok',
      'ada store tools/call break tool_error',
      'ada store fail ERR_INVALID_PARAMS',
      'ada nobody ping ERR_SERVICE_NOT_FOUND',
      'eve store tools/call add denied',
      'anonymous store ping denied',
      'system store ping ok',
      'ada store own ok',
      'ada store note sent',
      'anonymous store note denied',
      'ada store ping ERR_OVERLOADED',
      'ada store hang ERR_TIMEOUT',
    ]);
    const [first] = await linesOf();
    assert.equal(first?.['argumentsSha256'], sha256('{"a":2,"b":1}'));
    assert.equal((await linesOf()).at(-1)?.['durationNs'], pastDeadline(50) * 1e6);
    assert.equal((await verifyAudit(path)).problem, undefined);
  });

  test('names each call as its handler does', async () => {
    const { transport, audit } = await start();
    const ids = [
      await transport.call('store', 'own'),
      await transport.call('store', 'own', {}, { requestId: 'mine' }),
    ];
    await audit.close();
    assert.deepEqual(
      (await linesOf()).map(({ requestId }) => requestId),
      ids,
    );
    assert.equal(ids[1], 'mine');
  });

  test('digests what was passed, not what the handler made of it', async () => {
    const { transport, audit } = await start();
    const args = { rows: [1, 2, 3] };
    await transport.call('store', 'tools/call', { name: 'eat', arguments: args });
    await audit.close();
    assert.deepEqual(args.rows, []);
    assert.equal((await linesOf())[0]?.['argumentsSha256'], sha256('{"rows":[1,2,3]}'));
  });

  test('writes arguments in full when asked', async () => {
    const { transport, audit } = await start({ arguments: 'full' });
    await transport.call('store', 'tools/call', { name: 'add', arguments: { b: 'x', a: [1] } });
    await transport.call('store', 'ping');
    await audit.close();
    const [first, second] = await linesOf();
    assert.deepEqual(first?.['arguments'], { a: [1], b: 'x' });
    assert.equal('arguments' in (second as Line), false);
  });

  test('loses no line of calls that were answered before it stopped', async () => {
    const { transport, audit } = await start();
    const calls = Array.from({ length: 5_000 }, () => transport.call('store', 'ping'));
    const last = transport.call('store', 'own');
    await transport.stop();
    const { recorded, dropped } = await audit.close();
    await Promise.all(calls);
    await last;
    assert.deepEqual([recorded, dropped], [5_001, 0]);
    const verdict = await verifyAudit(path);
    assert.deepEqual([verdict.calls, verdict.problem], [5_001, undefined]);
  });

  test('has the line of a call that was answered just before the log was closed', async () => {
    const { transport, audit } = await start();
    const answered = transport.call('store', 'ping');
    const closed = audit.close();
    await answered;
    assert.deepEqual((await closed).recorded, 1);
  });

  test('never makes a call wait for the disk', async () => {
    const file = new FaultyFile();
    const { transport, audit } = await start({ openFile: file.open });
    file.pause();
    await transport.call('store', 'ping');
    await settle();
    await transport.call('store', 'ping');
    assert.equal(file.text, '');
    file.resume();
    await audit.close();
    assert.equal(file.lines.length, 2);
  });

  test('goes on while nothing can be recorded, or makes no call, as it was told', async () => {
    for (const onWriteFailure of ['count', 'refuse'] as const) {
      const file = new FaultyFile();
      file.capacityBytes = 0;
      const { transport, audit, clock } = await start({
        openFile: file.open,
        onWriteFailure,
        onFailure: () => {},
      });
      await transport.call('store', 'ping'); // nobody knows yet
      await settle();
      const refusal = {
        code: 'ERR_OVERLOADED',
        data: { limit: 'audit', retryAfterMs: 1_000 },
      };
      if (onWriteFailure === 'count') {
        assert.deepEqual(await transport.call('store', 'ping'), {});
      } else {
        await assert.rejects(transport.call('store', 'ping'), refusal);
        assert.throws(() => transport.notify('store', 'note'), refusal);
      }
      file.capacityBytes = Number.POSITIVE_INFINITY;
      clock.advance(1_000);
      await settle();
      assert.deepEqual(await transport.call('store', 'ping'), {});
      const { recorded, refused } = await audit.close();
      const expected = onWriteFailure === 'count' ? [3, 0] : [2, 2];
      assert.deepEqual([recorded, refused], expected);
    }
  });
});
