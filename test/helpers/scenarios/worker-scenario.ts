/** A minute of calls over HTTP in which something befalls a worker that sends them. */

import { isMainThread } from 'node:worker_threads';
import type { Scenario } from '../../../src/harness/index.ts';
import { echo, troubledScenario } from './troubled-service.ts';

/** Replies that a worker gets before: those of the start and the warm-up are among them. */
const REPLIES = 60;

/** @param befall - called in each worker when it has got its 60th reply */
export function workerScenario(name: string, befall: () => void): Scenario {
  let replies = 0;
  return troubledScenario(
    { kind: 'lies', afterCalls: 1e12 },
    {
      name,
      operations: [
        {
          ...echo,
          check(reply, input) {
            replies++;
            if (!isMainThread && replies === REPLIES) befall();
            return echo.check(reply, input);
          },
        },
      ],
      load: { ratePerSecond: 400, durationMs: 60_000, warmupMs: 1 },
      variants: ['http'],
    },
  );
}
