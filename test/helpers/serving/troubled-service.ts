/** A service for tests of `toolrig serve`: it waits, hangs, crashes, loops or refuses to start. */

import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineService, ToolError } from '../../../src/runtime/index.ts';

interface Options {
  /** What its `init` throws. */
  readonly brokenBy?: string;
  /** Its `init` comes to no end. */
  readonly isStuck?: boolean;
  readonly apiKey?: string;
}

export function troubledService({ brokenBy, isStuck = false, apiKey }: Options = {}) {
  return defineService({
    name: 'troubled',
    concurrency: 4,
    init(): void | Promise<void> {
      if (brokenBy !== undefined) throw new Error(brokenBy);
      if (isStuck) return new Promise(() => {});
    },
    tools: {
      grumble: {
        description: 'Cannot do it.',
        inputSchema: { type: 'object' },
        handler() {
          throw new ToolError('not today');
        },
      },
    },
    methods: {
      echo: (params: unknown) => params,
      knowsKey: () => apiKey === 'sunny-with-a-chance',
      /** Answers once there is such a file: a service that drains cannot be told by a call. */
      async waitFor({ path }: { path: string }) {
        while (!existsSync(path)) await sleep(10);
        return 'done';
      },
      hang: () => new Promise(() => {}),
      crash() {
        throw new TypeError('a defect');
      },
      loop() {
        for (;;);
      },
    },
  });
}
