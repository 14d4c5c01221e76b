import { troubledScenario } from './troubled-service.ts';

export const scenario = troubledScenario({ kind: 'dies', afterCalls: 0 });
