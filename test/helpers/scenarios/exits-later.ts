import { troubledScenario } from './troubled-service.ts';

/** The child process of `stdio` ends in the middle of the rounds. */
export const scenario = troubledScenario(
  { kind: 'exits', afterCalls: 600 },
  { load: { concurrency: 1, calls: 2_000, rounds: 20, warmupMs: 1 }, variants: ['stdio'] },
);
