import { troubledScenario } from './troubled-service.ts';

export const scenario = troubledScenario({ kind: 'stillborn', afterCalls: 0 });
