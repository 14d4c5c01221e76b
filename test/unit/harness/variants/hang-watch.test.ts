import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import { ToolrigError } from '../../../../src/core/errors.ts';
import { HangWatch } from '../../../../src/harness/variants/hang-watch.ts';
import type { ServiceReference, ServiceStatus } from '../../../../src/runtime/index.ts';

/** A service that answers pings as it is told, and says whether it was killed. */
function pinged(answer: () => Promise<unknown>, status: ServiceStatus = 'running') {
  const seen = { pings: 0, kills: 0 };
  const reference = {
    status,
    call() {
      seen.pings++;
      return answer();
    },
    kill: () => seen.kills++,
  };
  return { seen, reference: reference as unknown as ServiceReference };
}

/** What becomes of the services in so many rounds of pings. */
async function watch(services: Record<string, ReturnType<typeof pinged>>, rounds: number) {
  mock.timers.enable({ apis: ['setInterval'] });
  const watcher = new HangWatch({ lookup: (name) => services[name]?.reference }, [
    ...Object.keys(services),
    'absent',
  ]);
  try {
    watcher.start();
    for (let round = 0; round < rounds; round++) {
      mock.timers.tick(100);
      await Promise.resolve();
      await new Promise(setImmediate);
    }
  } finally {
    watcher.stop();
    mock.timers.reset();
  }
  return Object.fromEntries(Object.entries(services).map(([name, { seen }]) => [name, seen]));
}

function failing(code: 'ERR_TIMEOUT' | 'ERR_OVERLOADED' | 'ERR_SERVICE_EXIT') {
  return () => Promise.reject(new ToolrigError(code, 'no'));
}

describe('HangWatch', () => {
  test('kills what does not answer in time, and nothing else', async () => {
    const seen = await watch(
      {
        well: pinged(async () => ({})),
        hanging: pinged(failing('ERR_TIMEOUT')),
        full: pinged(failing('ERR_OVERLOADED')),
        dying: pinged(failing('ERR_SERVICE_EXIT')),
        starting: pinged(failing('ERR_TIMEOUT'), 'starting'),
      },
      1,
    );
    assert.deepEqual(seen, {
      well: { pings: 1, kills: 0 },
      hanging: { pings: 1, kills: 1 },
      full: { pings: 1, kills: 0 },
      dying: { pings: 1, kills: 0 },
      starting: { pings: 0, kills: 0 },
    });
  });

  test('has one ping at a time under way to each', async () => {
    const seen = await watch(
      { silent: pinged(() => new Promise(() => {})), well: pinged(async () => ({})) },
      3,
    );
    assert.deepEqual([seen['silent']?.pings, seen['well']?.pings], [1, 3]);
  });
});
