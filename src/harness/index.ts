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
export type * from './results/chaos-record.ts';
export type { Environment } from './results/environment.ts';
export type * from './results/max-rate-record.ts';
export type * from './results/open-loop-record.ts';
export type * from './results/run-record.ts';
export { type SerialDependence, serialDependence } from './stats/autocorrelation.ts';
export { bcaInterval, type Estimate } from './stats/bca.ts';
export type { BootstrapOptions } from './stats/bootstrap.ts';
export {
  type ChangePoint,
  type ChangePointOptions,
  findChangePoints,
} from './stats/change-points.ts';
export {
  pairedShift,
  type Shift,
  type ShiftOptions,
  unpairedShift,
} from './stats/hodges-lehmann.ts';
export { holmAdjusted } from './stats/holm.ts';
export { mannWhitney } from './stats/mann-whitney.ts';
export { seededRandom } from './stats/random.ts';
export type { PValues, RankTest } from './stats/rank-test.ts';
export { signedRank } from './stats/signed-rank.ts';
