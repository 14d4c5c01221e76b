import { troubledScenario } from './troubled-service.ts';

export const scenario = troubledScenario({ kind: 'leaks', afterCalls: 100 });
