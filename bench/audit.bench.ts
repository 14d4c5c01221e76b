/**
 * What identities, a policy, limits and the audit log add to a native call: one with none of them
 * is the baseline. The audit log's line is digested, chained and queued within the call's own time;
 * it is written to a file of the system's temporary folder.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { defineMicroBench, type MicroTask } from '../src/harness/load/micro-bench.ts';
import {
  AuditLog,
  type CallTransport,
  defineService,
  NativeTransport,
  type NativeTransportOptions,
  type PolicyData,
} from '../src/runtime/index.ts';

const service = defineService({
  name: 'bench',
  tools: {
    add: {
      description: 'Adds two numbers',
      inputSchema: {
        type: 'object',
        properties: { a: { type: 'number' }, b: { type: 'number' } },
        required: ['a', 'b'],
      },
      handler: ({ a, b }: { a: number; b: number }) => ({
        content: [],
        structuredContent: { result: a + b },
      }),
    },
  },
});

const rules: PolicyData['rules'] = [
  { effect: 'deny', callers: ['*'], tools: ['drop_*'] },
  { effect: 'allow', roles: ['analyst'], services: ['bench'], tools: ['add', 'sub*'] },
];
/** Never reached, always counted. */
const limits: PolicyData['limits'] = [{ roles: ['analyst'], ratePerSecond: 1e9, concurrency: 64 }];

interface World {
  readonly directory: string;
  readonly audit: AuditLog;
  readonly transports: NativeTransport[];
  readonly callers: Readonly<Record<string, CallTransport>>;
}

async function setUp(): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), 'toolrig-bench-'));
  const audit = await AuditLog.open({ path: join(directory, 'audit.jsonl') });
  const transports: NativeTransport[] = [];
  const start = async (options: NativeTransportOptions): Promise<NativeTransport> => {
    const transport = new NativeTransport(options);
    transports.push(transport);
    await transport.start(service);
    return transport;
  };
  const ada = { id: 'ada', roles: ['analyst'] };
  const plain = await start({});
  const callers = {
    plain,
    identity: plain.as(ada),
    policy: (await start({ policy: { rules } })).as(ada),
    limits: (await start({ policy: { rules, limits } })).as(ada),
    audit: await start({ audit }),
    'policy, limits, audit': (await start({ policy: { rules, limits }, audit })).as(ada),
  };
  return { directory, audit, transports, callers };
}

async function tearDown({ directory, audit, transports }: World): Promise<void> {
  for (const transport of transports) await transport.stop();
  await audit.close();
  await rm(directory, { recursive: true });
}

/** Calls between two turns of the event loop, in which the log is written. */
const CALLS_PER_TURN = 1_000;

function task(name: string): MicroTask<World> {
  return {
    name,
    mode: 'async',
    prepare: ({ callers }) => {
      const caller = callers[name] as CallTransport;
      return async (calls) => {
        let right = 0;
        for (let i = 0; i < calls; i++) {
          const params = { name: 'add', arguments: { a: i, b: 1 } };
          const reply = await caller.call('bench', 'tools/call', params);
          const { structuredContent } = reply as { structuredContent: { result: number } };
          if (structuredContent.result === i + 1) right++;
          if (i % CALLS_PER_TURN === CALLS_PER_TURN - 1) await nextTurn();
        }
        return right;
      };
    },
  };
}

export const bench = defineMicroBench<World>({
  name: 'audit',
  description: 'A native call beside one with an identity, a policy, limits, the audit log',
  baseline: 'plain',
  setup: setUp,
  teardown: tearDown,
  tasks: ['plain', 'identity', 'policy', 'limits', 'audit', 'policy, limits, audit'].map(task),
});
