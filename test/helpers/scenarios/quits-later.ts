import { troubledScenario } from './troubled-service.ts';

/** The service ends the program that measures it, in the middle of the rounds. */
export const scenario = troubledScenario(
  { kind: 'quits', afterCalls: 20_000 },
  { load: { concurrency: 1, calls: 20_000, rounds: 20, warmupMs: 1 } },
);
