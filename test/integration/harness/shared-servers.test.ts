/** One HTTP server, opened by one and joined by others, as workers do. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JoinServers, Target } from '../../../src/harness/load/target.ts';
import { httpVariant } from '../../../src/harness/variants/http.ts';
import type { Trouble } from '../../helpers/scenarios/troubled-service.ts';

const MODULE = new URL('../../helpers/scenarios/troubled-service.js', import.meta.url).href;

interface Setting {
  readonly opened: Target;
  readonly join: () => Promise<Target>;
}

async function withServer(trouble: Trouble, use: (setting: Setting) => Promise<void>) {
  const source = { module: MODULE, export: 'troubledService', options: trouble };
  const opened = await httpVariant.open({ troubled: source });
  try {
    const { shared } = opened;
    assert.ok(shared !== undefined);
    const module: Record<string, JoinServers> = await import(shared.module);
    const joinServers = module[shared.export];
    assert.ok(joinServers !== undefined);
    // As another thread gets them.
    const join = () => joinServers(structuredClone(shared.options), shared.ended);
    await use({ opened, join });
  } finally {
    await opened.close();
  }
}

function echoOn(target: Target, value: number): Promise<unknown> {
  return target.call('troubled', 'tools/call', { name: 'echo', arguments: { value } });
}

describe('servers that are shared', () => {
  test('answer everybody who has joined, whoever leaves', async () => {
    await withServer({ kind: 'lies', afterCalls: 1e9 }, async ({ opened, join }) => {
      const [one, two] = await Promise.all([join(), join()]);
      for (const target of [opened, one, two]) {
        const reply = (await echoOn(target, 7)) as { structuredContent: unknown };
        assert.deepEqual(reply.structuredContent, { value: 7 });
      }
      await one.close();
      await Promise.all([opened, two].map((target) => echoOn(target, 8)));
      await two.close();
    });
  });

  test('tell everybody who has joined why they ended', async () => {
    await withServer({ kind: 'exits', afterCalls: 1 }, async ({ opened, join }) => {
      const joined = await join();
      await echoOn(joined, 1);
      await assert.rejects(echoOn(joined, 2), { code: 'ERR_SERVICE_EXIT' });
      await opened.shared?.ended;
      const message = /its process exited with code 7/;
      await assert.rejects(echoOn(joined, 3), { code: 'ERR_SERVICE_EXIT', message });
      await joined.close();
    });
  });
});
