import { echo, troubledScenario } from './troubled-service.ts';

export const scenario = troubledScenario(
  { kind: 'lies', afterCalls: 1e9 },
  // @ts-expect-error -- a check says what is wrong, not whether it is right
  { operations: [{ ...echo, check: () => true }] },
);
