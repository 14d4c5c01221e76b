import { troubledScenario } from './troubled-service.ts';

/** Only the call before the measurement is answered well. */
export const scenario = troubledScenario({ kind: 'lies', afterCalls: 1 });
