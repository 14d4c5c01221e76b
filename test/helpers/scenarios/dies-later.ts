import { troubledScenario } from './troubled-service.ts';

export const scenario = troubledScenario(
  { kind: 'dies', afterCalls: 20_000 },
  { load: { concurrency: 1, calls: 40_000, rounds: 10, warmupMs: 1 } },
);
