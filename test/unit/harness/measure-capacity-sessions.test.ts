import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bytesPerSession } from '../../../src/harness/measure-capacity-sessions.ts';
import { echoTarget, echoVariant } from '../../helpers/fake-target.ts';

const options = { signal: new AbortController().signal, onStep: () => {} };

describe('bytesPerSession', () => {
  test('is what the serving processes grow by for each further session', async () => {
    let sessions = 0;
    let closed = 0;
    const target = echoTarget({
      close: async () => void closed++,
      usage: async () => ({
        cpuNs: 0,
        rssBytes: 80e6 + sessions * 50_000 + (sessions % 3) * 4_096,
      }),
      openSession: async () => {
        sessions++;
      },
    });
    const bytes = (await bytesPerSession(echoVariant('x', target), {}, options)) ?? assert.fail();
    assert.ok(Math.abs(bytes / 50_000 - 1) < 0.02, `${bytes}`);
    assert.deepEqual([sessions, closed], [600, 1]);
  });

  test('is unknown of a target that keeps no sessions, and after an interrupt', async () => {
    assert.equal(await bytesPerSession(echoVariant('x'), {}, options), null);
    const target = echoTarget({ openSession: async () => {} });
    const interrupted = { ...options, signal: AbortSignal.abort() };
    assert.equal(await bytesPerSession(echoVariant('x', target), {}, interrupted), null);
  });
});
