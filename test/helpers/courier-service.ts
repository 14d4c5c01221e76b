/** A service that takes and gives what is large, slow or shared, for tests of what carries it. */

import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineService, type ServiceDefinition } from '../../src/runtime/index.ts';

export const COURIER = { module: import.meta.url, export: 'courierService' } as const;

export function sha256(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

export function courierService(): ServiceDefinition<void> {
  return defineService<void>({
    name: 'courier',
    concurrency: 20_000,
    maxMailbox: 20_000,
    methods: {
      echo: (params) => params,
      /** Gives a buffer back with its digest. */
      digest: (data: Uint8Array) => ({ digest: sha256(data), data }),
      wait: async (ms: number) => sleep(ms, ms),
      /** Answers with a long text once its thread has gone to sleep. */
      textLater: async (length: number) => sleep(20, 'x'.repeat(length)),
      /** Adds one to each number of a view, where it is. */
      increment(view: Int32Array) {
        for (let index = 0; index < view.length; index++) Atomics.add(view, index, 1);
        return { view };
      },
      block() {
        for (;;);
      },
      exit: () => process.exit(7),
    },
  });
}
