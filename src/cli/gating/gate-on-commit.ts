/** Gates the working tree on another commit: both measure in turn. */

import { SYSTEM_CLOCK } from '../../core/clock.ts';
import { ToolrigError } from '../../core/errors.ts';
import { didYouMean } from '../../core/nearest.ts';
import {
  type GateRules,
  type GateState,
  openFigures,
  outcomeOf,
} from '../../harness/compare/gate/gate.ts';
import {
  type GateReport,
  processesOf,
  reportGate,
} from '../../harness/compare/gate/gate-report.ts';
import { readEnvironment, systemSources } from '../../harness/results/environment.ts';
import { type GateFlags, metricsOf, type RunningGate } from './gate-flags.ts';
import { type Candidate, type OpenSides, openSides, portableScenarios } from './open-sides.ts';
import { type QuadsOptions, runQuads } from './run-quads.ts';
import type { GateSide } from './side.ts';

/** Toolrig's own: what dispatch costs, and a service that does something. */
const OWN_SCENARIOS = ['calculator-batch', 'data-pipeline'];
/**
 * A third of its calls are of one tool that takes 0.4 ms, beside two others: which of them the median is differs between
 * starts by 4 to 6 %, and to find it unchanged takes twice the default budget.
 */
const WATCHED = { 'data-pipeline': ['p50'] } as const;
const DEFAULT_VARIANTS = ['native'];
/** Short, since a start more says more than a longer one; in rounds enough that one in which the compiler works does not count. */
const DEFAULT_LOAD = { durationMs: 240, rounds: 6, warmupMs: 300 };

/**
 * Gates on `ref`.
 *
 * @throws ToolrigError `ERR_USAGE`, `ERR_TARGET`, `ERR_INVALID_MEASUREMENT`; the signal's reason
 */
export async function gateOnCommit(
  ref: string,
  cacheFolder: string,
  flags: GateFlags,
  running: RunningGate,
): Promise<GateReport> {
  const { install, build } = flags;
  const { signal, say } = running;
  const options = { cacheFolder, install, build, signal, say };
  const { variants = DEFAULT_VARIANTS } = flags;
  const check = (candidate: Candidate) =>
    requireKnown(candidate.candidate, scenariosOf(flags, candidate), variants);
  const sides = await openSides(ref, process.cwd(), options, check);
  try {
    return await measure(ref, sides, flags, running);
  } finally {
    await sides.close();
  }
}

async function measure(
  ref: string,
  sides: OpenSides,
  flags: GateFlags,
  { signal, progress }: RunningGate,
): Promise<GateReport> {
  const { base, candidate, commit, headCommit, isDirty } = sides;
  const wanted = scenariosOf(flags, sides);
  const { variants: given = DEFAULT_VARIANTS, tolerance, budget: budgetMs } = flags;
  const { scenarios, variants, left } = await sharedBy(base, wanted, given);
  const rules: GateRules = {
    scenarios,
    ...metricsOf(flags),
    // Who names scenarios waits for all that was asked for.
    ...(flags.scenarios === undefined ? { watched: WATCHED } : {}),
    tolerance,
    budgetMs,
  };
  const { durationMs, rounds, warmupMs } = DEFAULT_LOAD;
  const load = {
    durationMs: flags.duration ?? durationMs,
    rounds: flags.rounds ?? rounds,
    warmupMs: flags.warmup ?? warmupMs,
    seed: flags.seed,
  };
  const options: QuadsOptions = {
    // Without a base there is no scenario, and nothing is measured.
    measure: (side, scenario, out) =>
      (side === 'base' ? (base as GateSide) : candidate).measure(scenario, variants, load, out),
    clock: SYSTEM_CLOCK,
    signal,
    onStep: (state, scenario, elapsedMs) =>
      progress.update({
        subject: subjectOf(state),
        detail: `${scenario}, after ${state.quads.length} quads`,
        doneRatio: Math.min(1, elapsedMs / budgetMs),
      }),
  };
  const startedAt = new Date().toISOString();
  const { state, stopped, elapsedMs } = await runQuads(rules, options);
  return reportGate(outcomeOf(state), {
    baseline: { name: ref, startedAt, gitCommit: commit },
    candidate: {
      name: isDirty ? 'the working tree, with changes' : 'the working tree',
      startedAt,
      gitCommit: headCommit,
    },
    tolerance,
    environment: readEnvironment(systemSources(process.cwd())),
    stopped,
    elapsedMs,
    budgetMs,
    processes: processesOf(state.quads),
    notGated: left,
    warnings: warningsOf(sides),
  });
}

/** What is being done, and how much of it there is left. */
function subjectOf(state: GateState): string {
  const left = state.looks === 0 ? '' : `, ${openFigures(state)} figures undecided`;
  return `gate, look ${state.looks + 1}${left}`;
}

function scenariosOf({ scenarios }: GateFlags, { isOwn, root }: Candidate): string[] {
  if (scenarios !== undefined) return portableScenarios(scenarios, process.cwd(), root);
  if (isOwn) return OWN_SCENARIOS;
  throw new ToolrigError(
    'ERR_USAGE',
    'name your scenarios: --scenarios ./orders.scenario.mjs. Those that come with toolrig measure ' +
      'toolrig, not what changes here',
  );
}

async function requireKnown(
  candidate: GateSide,
  scenarios: readonly string[],
  variants: readonly string[],
): Promise<void> {
  const known = await candidate.list();
  for (const scenario of scenarios) {
    // oxlint-disable-next-line no-await-in-loop -- the listing is read once
    if (await candidate.hasScenario(scenario)) continue;
    throw new ToolrigError(
      'ERR_USAGE',
      `the working tree has no scenario '${scenario}'.${didYouMean(scenario, known.scenarios)}`,
    );
  }
  const unknown = variants.find((name) => !known.variants.includes(name));
  if (unknown === undefined) return;
  throw new ToolrigError(
    'ERR_USAGE',
    `there is no variant '${unknown}'.${didYouMean(unknown, known.variants)}`,
  );
}

interface Shared {
  readonly scenarios: readonly string[];
  readonly variants: readonly string[];
  /** What the base lacks, each with the reason. */
  readonly left: readonly string[];
}

/** What both sides have. The candidate has all of it. */
async function sharedBy(
  base: GateSide | undefined,
  scenarios: readonly string[],
  variants: readonly string[],
): Promise<Shared> {
  if (base === undefined) {
    const left = scenarios.map((name) => `${name}: new, the base has no toolrig to measure it`);
    return { scenarios: [], variants: [], left };
  }
  const known = await base.list();
  const shared = variants.filter((name) => known.variants.includes(name));
  const inBase = await Promise.all(scenarios.map((name) => base.hasScenario(name)));
  return {
    scenarios: shared.length === 0 ? [] : scenarios.filter((_, index) => inBase[index]),
    variants: shared,
    left: [
      ...scenarios
        .filter((_, index) => !inBase[index])
        .map((name) => `${name}: new, the base does not have it`),
      ...variants
        .filter((name) => !shared.includes(name))
        .map((name) => `variant ${name}: new, the base does not have it`),
    ],
  };
}

function warningsOf({ base, candidate }: OpenSides): string[] {
  const versions = [base?.tool.version, candidate.tool.version];
  if (base === undefined || versions[0] === versions[1]) return [];
  return [
    `the base was measured by toolrig ${versions[0]} and the candidate by ${versions[1]}: the ` +
      'difference may be theirs',
  ];
}
