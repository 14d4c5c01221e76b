import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { chaosSource } from '../../../scenarios/services/chaos-operations.ts';
import type { SupervisedTarget, Variant } from '../../../src/harness/load/target.ts';
import { processVariant, workerVariant } from '../../../src/harness/variants/placed.ts';

function echo(target: SupervisedTarget, service: string, callNumber: number): Promise<unknown> {
  const params = { name: 'echo', arguments: { value: 7, callNumber } };
  return target.call(service, 'tools/call', params, { timeoutMs: 2_000 });
}

/** Calls the service until it answers. */
async function back(target: SupervisedTarget, service: string): Promise<void> {
  for (let attempt = 0; attempt < 1_000; attempt++) {
    try {
      await echo(target, service, attempt);
      return;
    } catch {
      await sleep(10);
    }
  }
  assert.fail(`'${service}' never came back`);
}

async function opened(variant: Variant, use: (target: SupervisedTarget) => Promise<void>) {
  const target = await variant.supervision?.open({
    victim: chaosSource(),
    bystander: chaosSource(),
  });
  assert.ok(target !== undefined);
  try {
    await use(target);
  } finally {
    await target.close();
  }
}

for (const variant of [workerVariant, processVariant]) {
  describe(`services of the variant ${variant.name}, supervised`, () => {
    test('come back when they have been killed', () =>
      opened(variant, async (target) => {
        const ended: string[] = [];
        target.onExit((service) => ended.push(service));
        for (let kills = 1; kills <= 2; kills++) {
          assert.equal(target.kill('victim'), true);
          await back(target, 'victim');
          assert.equal(ended.length, kills);
        }
        assert.deepEqual(await echo(target, 'bystander', 1), {
          content: [],
          structuredContent: { value: 7, callNumber: 1 },
        });
      }));

    test('are found out when they hang, while the others go on', () =>
      opened(variant, async (target) => {
        const ended: string[] = [];
        target.onExit((service) => ended.push(service));
        const hanging = target.call('victim', 'tools/call', {
          name: 'hang',
          arguments: { callNumber: 0 },
        });
        const failed = assert.rejects(hanging, (thrown: { code?: string }) =>
          ['ERR_SERVICE_EXIT', 'ERR_TIMEOUT'].includes(thrown.code ?? ''),
        );
        await echo(target, 'bystander', 1);
        await failed;
        await back(target, 'victim');
        assert.deepEqual(ended, ['victim']);
      }));
  });
}
