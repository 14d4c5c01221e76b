import { troubledScenario } from './troubled-service.ts';

/** Nothing is wrong with it, but it takes minutes. */
export const scenario = troubledScenario(
  { kind: 'lies', afterCalls: 1e12 },
  {
    name: 'long',
    load: { concurrency: 1, durationMs: 120_000, rounds: 1_000, warmupMs: 20 },
    variants: ['native', 'stdio'],
  },
);
