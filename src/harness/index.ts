/** The harness's public entry point: `import … from 'toolrig/harness'`. */

export { ToolrigError } from '../core/errors.ts';
export type { Chaos, Fault, FaultKind } from './load/chaos.ts';
export type { Load } from './load/load.ts';
export {
  defineScenario,
  type InputMaker,
  type Operation,
  type Scenario,
  type ScenarioCase,
  type ScenarioSpec,
  type ServiceSource,
} from './load/scenario.ts';
export { referenceService } from './load/scenario-catalog.ts';
export type * from './results/run-record.ts';
