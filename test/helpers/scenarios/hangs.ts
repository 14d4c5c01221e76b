import { troubledScenario } from './troubled-service.ts';

export const scenario = troubledScenario({ kind: 'hangs', afterCalls: 100 });
