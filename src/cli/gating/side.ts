/**
 * One of the two trees that are gated, and what its toolrig can measure in it.
 *
 * A side is asked in words that every version has understood since there was a gate: `list --json`, and
 * `bench` with the flags below. So an older base needs nothing from a newer candidate.
 */

import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { ToolrigError } from '../../core/errors.ts';
import type { GateFailure, Side } from '../../harness/compare/gate/quad.ts';
import { type GateSample, samplesOf } from '../../harness/compare/gate/sample.ts';
import type { Tool } from './project.ts';
import { type ProcessResult, runProgram } from './run-process.ts';
import { lastLineOf, tailOf } from './tail.ts';

/** How each process measures. */
export interface ChildLoad {
  /** Missing where the stages have a length of their own. */
  readonly durationMs?: number;
  readonly rounds: number;
  readonly warmupMs: number;
  readonly seed: number;
  /** Default: the scenario's own, as of `batch`. */
  readonly concurrency?: number;
  readonly batch?: number;
  /** As the flags of `bench`, which older versions lack; of a baseline's load alone. */
  readonly think?: string;
  readonly stages?: string;
  readonly arrivals?: string;
  readonly maxInFlight?: number;
  readonly workers?: number;
}

/** The exit code of a run of which some threshold failed; it has a record all the same. */
const THRESHOLD_FAILED = 1;
const INVALID = 4;
/** How a run ends whose scenario is refused, whose target does not start, or whose calls all come to nothing. */
const CANNOT_MEASURE: readonly (number | null)[] = [2, 3, INVALID];

export class GateSide {
  readonly side: Side;
  /** Where its processes run: the counterpart of where the gate was called. */
  readonly folder: string;
  readonly tool: Tool;
  readonly #signal: AbortSignal;
  readonly #nodeFlags: readonly string[];
  #listing:
    | { readonly scenarios: readonly string[]; readonly variants: readonly string[] }
    | undefined;

  /** @param nodeFlags - for Node itself. Default: none. */
  constructor(
    side: Side,
    folder: string,
    tool: Tool,
    signal: AbortSignal,
    nodeFlags: readonly string[] = [],
  ) {
    this.side = side;
    this.folder = folder;
    this.tool = tool;
    this.#signal = signal;
    this.#nodeFlags = nodeFlags;
  }

  /** Whether it has a scenario, by name or by path. */
  async hasScenario(scenario: string): Promise<boolean> {
    if (isPath(scenario)) return existsSync(join(this.folder, scenario));
    const [name] = scenario.split('/');
    return (await this.list()).scenarios.some((each) => each === name);
  }

  /** Names of the scenarios that come with its toolrig, and of the variants. */
  async list() {
    if (this.#listing === undefined) {
      const result = await this.#run(['list', '--json']);
      const { scenarios = [], chaos = [], variants = [] } = this.#parse(result) as Listing;
      const namesOf = (entries: readonly { readonly name: string }[]) =>
        entries.map(({ name }) => name);
      this.#listing = {
        scenarios: namesOf([...scenarios, ...chaos]),
        variants: namesOf(variants),
      };
    }
    return this.#listing;
  }

  /**
   * Measures a scenario in a process of its own. What the base can measure and the candidate cannot is a failure of
   * the candidate's, which is returned.
   *
   * @param out - a folder for what it stores, which nobody reads
   * @throws ToolrigError `ERR_TARGET` when it could not measure, `ERR_INVALID_MEASUREMENT` when what it
   *   measured cannot be used; with the end of what it said
   */
  async measure(
    scenario: string,
    variants: readonly string[],
    load: ChildLoad,
    out: string,
  ): Promise<GateSample[] | GateFailure> {
    const words = {
      variants: variants.join(','),
      duration: load.durationMs === undefined ? undefined : `${load.durationMs}ms`,
      rounds: load.rounds,
      warmup: `${load.warmupMs}ms`,
      concurrency: load.concurrency,
      batch: load.batch,
      think: load.think,
      stages: load.stages,
      arrivals: load.arrivals,
      'max-in-flight': load.maxInFlight,
      workers: load.workers,
      seed: load.seed,
      out,
    };
    const flags = Object.entries(words).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name}`, String(value)],
    );
    const path = isPath(scenario) ? join(this.folder, scenario) : scenario;
    const result = await this.#run(['bench', path, ...flags, '--json', '--quiet']);
    try {
      return samplesOf(this.#parse(result));
    } catch (cause) {
      if (!(cause instanceof ToolrigError) || cause.code === 'ERR_USAGE') throw cause;
      if (this.side === 'candidate' && CANNOT_MEASURE.includes(result.exitCode)) {
        const why = result.stdout === '' ? lastLineOf(result.output) : cause.message;
        return {
          kind: 'broken',
          reason: `${scenario}: it no longer works in the candidate: ${why}`,
        };
      }
      if (cause.code !== 'ERR_INVALID_MEASUREMENT') throw cause;
      throw new ToolrigError(cause.code, `${scenario} in the ${this.side}: ${cause.message}`, {
        cause,
      });
    }
  }

  #run(args: readonly string[]): Promise<ProcessResult> {
    return runProgram(process.execPath, [...this.#nodeFlags, this.tool.main, ...args], {
      cwd: this.folder,
      signal: this.#signal,
    });
  }

  #parse({ exitCode, stdout, output }: ProcessResult): unknown {
    try {
      if (exitCode === 0 || exitCode === THRESHOLD_FAILED || exitCode === INVALID) {
        return JSON.parse(stdout);
      }
    } catch {
      // What it said instead of a record is the message.
    }
    const code = exitCode === INVALID ? 'ERR_INVALID_MEASUREMENT' : 'ERR_TARGET';
    const how = exitCode === null ? 'was ended by a signal' : `ended with ${exitCode}`;
    throw new ToolrigError(
      code,
      `toolrig ${this.tool.version} of the ${this.side} ${how}. It said last:\n${tailOf(output)}`,
    );
  }
}

interface Listing {
  readonly scenarios?: readonly { readonly name: string }[];
  readonly chaos?: readonly { readonly name: string }[];
  readonly variants?: readonly { readonly name: string }[];
}

/** As `bench` tells a path from a name. */
export function isPath(scenario: string): boolean {
  return isAbsolute(scenario) || /\.[cm]?[jt]s$/.test(scenario) || /^\.{1,2}[/\\]/.test(scenario);
}
