import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { fetchWithManyListeners } from '../../../src/mcp/connect-child.ts';

test('requests that share a signal give no warning, however many there are', async () => {
  const { signal } = new AbortController();
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => warnings.push(warning);
  process.on('warning', onWarning);
  try {
    const requests = Array.from({ length: 1_600 }, () =>
      fetchWithManyListeners('data:,done', { signal }),
    );
    await Promise.all(requests);
    await turn(); // a warning is given in the next one
    assert.deepEqual(warnings, []);
  } finally {
    process.off('warning', onWarning);
  }
});
