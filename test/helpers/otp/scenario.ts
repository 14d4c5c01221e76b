/**
 * The format of test/golden/otp-supervisor-traces.json: scenarios that were run against the supervisor
 * of Erlang/OTP 25, each with the trace of what happened. otp-supervisor-traces.md beside it says
 * what each field means.
 */

import { checkStep } from './step-shapes.ts';

export type Term = string | number | boolean | null | readonly Term[];

export interface ScenarioChild {
  readonly id?: string;
  readonly restart?: string;
  readonly shutdown?: number | string;
  readonly type?: string;
  readonly significant?: boolean;
  /** Of a supervisor. */
  readonly flags?: ScenarioFlags;
  readonly children?: readonly ScenarioChild[];
}

export interface ScenarioFlags {
  readonly strategy?: string;
  readonly intensity?: number;
  readonly period?: number;
  readonly auto_shutdown?: string;
}

/** `[operation, …arguments]`; the arguments of `start_child` are a spec. */
export type Step = readonly [string, ...unknown[]];
export type TraceEvent = readonly Term[];

export interface Scenario {
  readonly name: string;
  readonly setup: readonly Step[];
  readonly flags: ScenarioFlags | 'raw';
  readonly children: readonly ScenarioChild[];
  readonly steps: readonly Step[];
  readonly trace: readonly TraceEvent[];
  readonly sup_alive: boolean;
}

/** Throws a `TypeError` that says what is wrong with the text. */
export function parseScenarios(text: string): readonly Scenario[] {
  const { scenarios } = (JSON.parse(text) ?? {}) as { scenarios?: unknown };
  if (!Array.isArray(scenarios) || scenarios.length === 0) {
    throw new TypeError("it has no list of 'scenarios'");
  }
  for (const [index, scenario] of (scenarios as Partial<Scenario>[]).entries()) {
    const where = `scenario ${index + 1} (${String(scenario?.name)})`;
    if (typeof scenario?.name !== 'string') throw new TypeError(`${where} has no name`);
    for (const key of ['setup', 'children', 'steps', 'trace'] as const) {
      if (!Array.isArray(scenario[key])) throw new TypeError(`${where} has no list of '${key}'`);
    }
    const { flags } = scenario;
    if (flags !== 'raw' && (typeof flags !== 'object' || flags === null)) {
      throw new TypeError(`${where} has no 'flags'`);
    }
    for (const phase of ['setup', 'steps'] as const) {
      for (const step of scenario[phase] ?? []) checkStep(where, phase, step);
    }
    if (scenario.trace?.every(Array.isArray) !== true) {
      throw new TypeError(`${where}: each event of its 'trace' must be a list`);
    }
    if (scenario.children?.every((child) => typeof child === 'object' && child !== null) !== true) {
      throw new TypeError(`${where}: each of its 'children' must be a spec`);
    }
    if (typeof scenario.sup_alive !== 'boolean') {
      throw new TypeError(`${where}: 'sup_alive' must be true or false`);
    }
  }
  return scenarios as Scenario[];
}
