import { workerScenario } from './worker-scenario.ts';

/** Each worker says when it has got so many replies. */
export const scenario = workerScenario('worker-tells', () => process.stderr.write('under way\n'));
