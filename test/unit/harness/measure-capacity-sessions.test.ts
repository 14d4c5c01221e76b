import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bytesPerSession } from '../../../src/harness/measure-capacity-sessions.ts';
import { echoTarget } from '../../helpers/fake-target.ts';

const options = { signal: new AbortController().signal, onStep: () => {} };

describe('bytesPerSession', () => {
  test('is what the serving processes grow by for each further session', async () => {
    let sessions = 0;
    const target = echoTarget({
      usage: async () => ({
        cpuNs: 0,
        rssBytes: 80e6 + sessions * 50_000 + (sessions % 3) * 4_096,
      }),
      openSession: async () => {
        sessions++;
      },
    });
    const bytes = (await bytesPerSession(target, options)) ?? assert.fail();
    assert.ok(Math.abs(bytes / 50_000 - 1) < 0.02, `${bytes}`);
    assert.equal(sessions, 160);
  });

  test('is unknown of a target that keeps no sessions, and after an interrupt', async () => {
    assert.equal(await bytesPerSession(echoTarget(), options), null);
    const target = echoTarget({ openSession: async () => {} });
    const interrupted = { ...options, signal: AbortSignal.abort() };
    assert.equal(await bytesPerSession(target, interrupted), null);
  });
});
