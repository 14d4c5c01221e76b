import { troubledScenario } from './troubled-service.ts';

export const scenario = troubledScenario({ kind: 'lingers', afterCalls: 0 });
