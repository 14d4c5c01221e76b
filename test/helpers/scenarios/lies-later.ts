import { troubledScenario } from './troubled-service.ts';

/** Right at first and through the warm-up, then wrong. */
export const scenario = troubledScenario(
  { kind: 'lies', afterCalls: 20_000 },
  { load: { concurrency: 1, calls: 40_000, rounds: 10, warmupMs: 1 } },
);
