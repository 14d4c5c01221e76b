import { workerScenario } from './worker-scenario.ts';

/** The first worker that has got so many replies ends itself; the service is all right. */
export const scenario = workerScenario('worker-exits', () => process.exit(7));
