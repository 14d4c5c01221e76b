import { troubledScenario } from './troubled-service.ts';

export const scenario = troubledScenario(
  { kind: 'dies', afterCalls: 500 },
  { load: { concurrency: 1, calls: 1_000, rounds: 10, warmupMs: 1 } },
);
