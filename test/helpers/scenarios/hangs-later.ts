import { troubledScenario } from './troubled-service.ts';

/** Answers through the warm-up, and then never again; nothing but the harness has a deadline. */
export const scenario = troubledScenario(
  { kind: 'hangs', afterCalls: 20_000 },
  {
    load: { concurrency: 1, calls: 40_000, rounds: 10, warmupMs: 1 },
    variants: ['direct'],
  },
);
