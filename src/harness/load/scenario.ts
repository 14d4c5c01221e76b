/**
 * A scenario: what is asked of which services, how hard, and what is acceptable. It is data; the
 * only functions in it make inputs (seeded, before the clock starts) and check replies.
 *
 *   scenario ─┬─ case (a size, a kind of payload …) ─┬─ operation: one call and the check of its reply
 *             └─ …                                   └─ …
 */

import { ToolrigError } from '../../core/errors.ts';
import {
  requireFunction,
  requireInteger,
  requireKnownKeys,
  requireName,
  requireOneOf,
} from '../../core/options.ts';
import { type Chaos, checkChaos } from './chaos.ts';
import { checkLoad, type Load } from './load.ts';

/** Where a service comes from, so that a child process can make the same one. */
export interface ServiceSource {
  /** URL of the module. */
  readonly module: string;
  /** Name of the export: a function that takes `options` and returns a service definition. */
  readonly export: string;
  /** Survives JSON. */
  readonly options?: unknown;
  /** Copies behind the one name, for variants that can place them apart. Default: 1. */
  readonly replicas?: number;
  /** Memory that ends the service when it takes more, likewise. Default: no limit. */
  readonly memoryLimitBytes?: number;
}

/** Makes one call's input; `random` is seeded and gives numbers in [0, 1), `index` counts the calls from 0. */
export type InputMaker = (random: () => number, index: number) => unknown;

export interface Operation {
  readonly name: string;
  readonly service: string;
  /** The tool to call; the input is its arguments. */
  readonly tool?: string;
  /** The method to call instead of a tool; the input is its params. */
  readonly method?: string;
  /** How often, relative to the other operations; whole. Default: 1. */
  readonly weight?: number;
  readonly input: InputMaker;
  /**
   * Says what is wrong with a reply, or nothing when it is right. A wrong reply is a failed call, and so is an
   * error that a tool reports, which no check is asked about. Annotate what the tool replies: the compiler does
   * not know it.
   */
  // oxlint-disable-next-line typescript/no-explicit-any -- `unknown` would refuse those who annotate nothing
  check(reply: any, input: any): string | undefined;
  /**
   * How long the service had the call by its own clock, in ms, where its replies say so. Beside what callers
   * saw it tells the service's time from the way's. Default: replies do not say.
   */
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  heldMs?(reply: any): number;
}

export interface ScenarioCase {
  /** What tells this case from the others; empty when there is only one. */
  readonly name: string;
  /** Nominal size of one call's payload, in bytes. */
  readonly payloadBytes?: number;
  readonly operations: readonly Operation[];
  /**
   * Operations come in decks that hold each as often as its weight says. `shuffled` shuffles every
   * deck; `in-order` repeats it as listed. Default: `shuffled`.
   */
  readonly order?: 'shuffled' | 'in-order';
  /** Inputs made beforehand and then used in turn, in whole decks. Default: 1,024. */
  readonly inputs?: number;
  /** What befalls the services meanwhile. Default: the scenario's. */
  readonly chaos?: Chaos;
}

/**
 * `cost`: what calls cost, part of a run of everything. `chaos`: whether services keep running.
 * `truth`: servers of known latency, to see whether it is found.
 */
export const SUITES = ['cost', 'chaos', 'truth'] as const;
export type Suite = (typeof SUITES)[number];

export interface ScenarioSpec {
  readonly name: string;
  readonly description: string;
  /** Default: `'cost'`. */
  readonly suite?: Suite;
  /** The services by name. A function may prepare files first, in a folder that goes away afterwards. */
  readonly services:
    | Readonly<Record<string, ServiceSource>>
    | ((folder: string) => Promise<Readonly<Record<string, ServiceSource>>>);
  /** One case's operations; give these or `cases`. */
  readonly operations?: readonly Operation[];
  readonly order?: 'shuffled' | 'in-order';
  readonly cases?: readonly ScenarioCase[];
  /** What befalls the services under load, and that every call is accounted for. Default: neither. */
  readonly chaos?: Chaos;
  readonly load?: Load;
  /** Variants to compare when none are named. */
  readonly variants?: readonly string[];
  /** What must hold: `p99 < 5ms`, `native.errors <= 0.1%`. */
  readonly thresholds?: readonly string[];
}

export interface Scenario extends ScenarioSpec {
  /** URL of the module it was loaded from, where it was. */
  readonly module?: string;
  /** What the module's scenario was made from, where that is a function. */
  readonly options?: unknown;
  readonly suite: Suite;
  readonly cases: readonly ScenarioCase[];
  readonly load: Load;
  readonly thresholds: readonly string[];
}

const SPEC_KEYS = [
  'name',
  'description',
  'suite',
  'services',
  'operations',
  'order',
  'cases',
  'chaos',
  'load',
  'variants',
  'thresholds',
] as const satisfies (keyof ScenarioSpec)[];
const CASE_KEYS = ['name', 'payloadBytes', 'operations', 'order', 'inputs', 'chaos'];
const OPERATION_KEYS = ['name', 'service', 'tool', 'method', 'weight', 'input', 'check', 'heldMs'];

/**
 * Checks a scenario.
 *
 * @throws `ERR_INVALID_OPTION` for anything misspelled, missing or of the wrong type
 */
export function defineScenario(spec: ScenarioSpec): Scenario {
  requireKnownKeys('the scenario', spec, SPEC_KEYS);
  const where = `scenario '${requireName('name', spec.name)}'`;
  if (spec.name.includes('/')) {
    throw new ToolrigError(
      'ERR_INVALID_OPTION',
      `${where}: '/' separates a case from its scenario`,
    );
  }
  requireName(`description of ${where}`, spec.description);
  const { operations, chaos, load = {}, thresholds = [] } = spec;
  const suite = requireOneOf(`suite of ${where}`, spec.suite ?? 'cost', SUITES);
  if ((operations === undefined) === (spec.cases === undefined)) {
    throw new ToolrigError('ERR_INVALID_OPTION', `${where} needs either operations or cases`);
  }
  checkLoad(where, load);
  const given = spec.cases ?? [{ name: '', operations: operations ?? [], ...orderOf(spec) }];
  requireNonEmptyArray(`cases of ${where}`, given);
  const cases = chaos === undefined ? given : given.map((each) => ({ chaos, ...each }));
  for (const each of cases) checkCase(where, each);
  checkDistinct(
    where,
    cases.map(({ name }) => name),
  );
  const { operations: _inCases, order: _inCase, chaos: _inEach, ...rest } = spec;
  return { ...rest, suite, cases, load, thresholds };
}

function requireNonEmptyArray(name: string, value: unknown): void {
  if (Array.isArray(value) && value.length > 0) return;
  throw new ToolrigError('ERR_INVALID_OPTION', `${name} must be an array of at least one`);
}

/** Records and files are named after cases: of two with one name, one would be lost. */
function checkDistinct(where: string, names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new ToolrigError('ERR_INVALID_OPTION', `${where} has two cases named '${twice}'`);
}

function orderOf(spec: ScenarioSpec): { order?: 'shuffled' | 'in-order' } {
  return spec.order === undefined ? {} : { order: spec.order };
}

function checkCase(where: string, each: ScenarioCase): void {
  requireKnownKeys(`a case of ${where}`, each, CASE_KEYS);
  requireOneOf(`order of ${where}`, each.order ?? 'shuffled', ['shuffled', 'in-order']);
  if (each.inputs !== undefined) requireInteger(`inputs of ${where}`, each.inputs, 1);
  if (typeof each.name !== 'string') {
    throw new ToolrigError('ERR_INVALID_OPTION', `a case of ${where} has no name`);
  }
  requireNonEmptyArray(`operations of ${where}`, each.operations);
  if (each.chaos !== undefined) checkChaos(where, each.chaos);
  for (const operation of each.operations) {
    requireKnownKeys(`an operation of ${where}`, operation, OPERATION_KEYS);
    const name = `operation '${requireName('name of an operation', operation.name)}' of ${where}`;
    requireName(`service of ${name}`, operation.service);
    requireFunction(`input of ${name}`, operation.input);
    requireFunction(`check of ${name}`, operation.check);
    if (operation.heldMs !== undefined) {
      requireFunction(`heldMs of ${name}`, operation.heldMs);
    }
    requireInteger(`weight of ${name}`, operation.weight ?? 1, 1);
    if ((operation.tool === undefined) === (operation.method === undefined)) {
      throw new ToolrigError('ERR_INVALID_OPTION', `${name} needs either tool or method`);
    }
    if (each.chaos !== undefined && operation.tool === undefined) {
      throw new ToolrigError(
        'ERR_INVALID_OPTION',
        `${name} must call a tool: in a scenario with chaos, replies carry the number of their call`,
      );
    }
  }
}
