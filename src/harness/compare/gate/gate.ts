/**
 * The gate as a state machine: quads of measurements in, what to do next and a verdict out. It
 * starts nothing and reads no clock.
 *
 *   measure ──▶ quad ──▶ look, after 8, 12, 16, 24, 32 and 48 quads ──▶ what is decided stays decided
 *      ▲                                                                         │
 *      └───────── the undecided scenario with the fewest, while time is left ◀───┘
 *
 * The process is the unit of replication: each has its own luck with the compiler and with where
 * things lie in memory, and no number of rounds within it averages that away.
 *
 * Whoever looks often enough sees something in the end. So the looks are fixed beforehand, and each may err
 * so seldom that all of them together err one time in 20: S. J. Pocock, "Group Sequential Methods in
 * the Design and Analysis of Clinical Trials", Biometrika 64 (1977). A look sees the quads of the one before
 * again, so that each may err more often than a sixth of that. The last look may come early, when the
 * time is up.
 */

import { type Judgement, type JudgementRules, judge } from './judgement.ts';
import { failureIn, type GateFailure, type GateSubject, type Quad, subjectsOf } from './quad.ts';
import type { GateMetric } from './sample.ts';

/** Numbers of quads after which it is looked. With fewer than seven nothing can be said at {@link ALPHA}. */
export const LOOKS: readonly number[] = [8, 12, 16, 24, 32, 48];

/**
 * How often a look may make a claim that is not true. Of 400,000 random walks that are looked at after
 * {@link LOOKS}, 1 in 20 is beyond the 1.49 % point of the normal distribution at one of them; it is
 * 1.45 % because a last look that comes early is nearer to the one before.
 */
const ALPHA = 0.0145;

/**
 * Quads of a scenario before which nothing is decided of a metric that is only watched. It is watched for its noise, and of
 * few quads that is estimated so badly that a regression is found where there is none.
 */
const FEWEST_OF_WATCHED = 16;

export interface GateRules {
  /** Each is measured in processes of its own. */
  readonly scenarios: readonly string[];
  readonly metrics: readonly GateMetric[];
  /**
   * By scenario, metrics that are too noisy to be decided in the time: worse, they fail the gate as any other;
   * undecided, they hold nothing up. Default: none.
   */
  readonly watched?: Readonly<Record<string, readonly GateMetric[]>>;
  /** Shown, and never a reason to fail. */
  readonly advisory: readonly GateMetric[];
  /** The largest change that does not matter: 0.03 is 3 %. */
  readonly tolerance: number;
  /** No quad is begun that would probably not end within it. */
  readonly budgetMs: number;
}

export interface GateState {
  readonly rules: GateRules;
  readonly quads: readonly Quad[];
  readonly looks: number;
  /** Judgements that stand. */
  readonly decided: readonly Judgement[];
  /** What ends the gate at once. */
  readonly failure: GateFailure | undefined;
}

export type GateStep =
  | { readonly kind: 'measure'; readonly scenario: string }
  | { readonly kind: 'stop'; readonly because: Exclude<StopReason, 'interrupted'> };

/** `interrupted` is what the machine does not know of: somebody else stopped it. */
export type StopReason = 'decided' | 'time' | 'looks' | 'failure' | 'interrupted';

/** How a gate came out. Worst first: what is in front decides where several hold. */
export type GateVerdict = 'invalid' | 'broken' | 'regressed' | 'inconclusive' | 'passed';

/** The verdict, and why, one line each; no reasons when it passed. */
export interface GateConclusion {
  readonly verdict: GateVerdict;
  readonly reasons: readonly string[];
}

export interface GateOutcome extends GateConclusion {
  /** Of the gated metrics: those that stand, and the others as of now. */
  readonly judgements: readonly Judgement[];
  /** Watched metrics of which nothing can be said, and what would have been found; a line each. */
  readonly undecided: readonly string[];
  readonly advisory: readonly Judgement[];
  /** What was measured and could not be gated, with the reason. */
  readonly notGated: readonly string[];
  readonly looks: number;
  /** Share of the judgements' intervals that hold the true ratio. */
  readonly confidence: number;
}

/** Before the first quad. */
export function startGate(rules: GateRules): GateState {
  return { rules, quads: [], looks: 0, decided: [], failure: undefined };
}

/** What to do next, `elapsedMs` after the first quad was begun. */
export function nextStep(state: GateState, elapsedMs: number): GateStep {
  const { rules, looks, failure } = state;
  if (failure !== undefined) return { kind: 'stop', because: 'failure' };
  const open = openScenarios(state);
  if (open.length === 0) return { kind: 'stop', because: 'decided' };
  if (looks === LOOKS.length) return { kind: 'stop', because: 'looks' };
  const scenario = open.reduce((fewest, each) =>
    quadsOf(state, each).length < quadsOf(state, fewest).length ? each : fewest,
  );
  const expectedMs = Math.max(0, ...quadsOf(state, scenario).map(({ durationMs }) => durationMs));
  const isTooLate = elapsedMs + expectedMs > rules.budgetMs;
  return isTooLate ? { kind: 'stop', because: 'time' } : { kind: 'measure', scenario };
}

/** The state with one more quad; looks, when it is the last that a look is for. */
export function addQuad(state: GateState, quad: Quad): GateState {
  const failure = state.failure ?? failureIn(quad);
  const next: GateState = { ...state, quads: [...state.quads, quad], failure };
  const due = LOOKS[state.looks] ?? Number.POSITIVE_INFINITY;
  const open = openScenarios(next);
  const isDue = open.length > 0 && open.every((each) => quadsOf(next, each).length >= due);
  return isDue && failure === undefined ? look(next) : next;
}

/** The state with what ends it in the middle of a quad, which is left out. */
export function failGate(state: GateState, failure: GateFailure): GateState {
  return { ...state, failure };
}

/** What came out, at whatever point the gate has ended. */
export function outcomeOf(state: GateState): GateOutcome {
  const { rules, looks, failure } = state;
  const last = isBetweenLooks(state) ? look(state) : state;
  const subjects = allSubjects(last);
  const judgements = standing(last, judge(subjects, judgementRules(last)));
  const advisory = judge(subjects, { ...judgementRules(last), metrics: rules.advisory });
  const notGated = subjects
    .filter(({ obstacle }) => obstacle !== undefined)
    .map(({ scenario, variant, obstacle }) => `${scenario} on ${variant}: ${obstacle}`);
  const watched = judgements.filter((each) => isWatchedIn(rules, subjects, each));
  return {
    ...conclude(judgements, failure, watched),
    judgements,
    undecided: watched.filter(({ verdict }) => verdict === 'inconclusive').map(openLine),
    advisory,
    notGated,
    looks: Math.max(looks, last.looks),
    confidence: 1 - 2 * ALPHA,
  };
}

/**
 * What the judgements of all gated metrics come to.
 *
 * @param watched - those among them that hold nothing up. Default: none.
 */
export function conclude(
  judgements: readonly Judgement[],
  failure: GateFailure | undefined,
  watched: readonly Judgement[] = [],
): GateConclusion {
  if (failure !== undefined) return { verdict: failure.kind, reasons: [failure.reason] };
  const of = (verdict: Judgement['verdict']) =>
    judgements.filter((each) => each.verdict === verdict);
  const regressed = of('regressed');
  if (regressed.length > 0) {
    const reasons = regressed.map(
      (each) => `${nameOf(each)} regressed by ${((each.ratio - 1) * 100).toFixed(1)} %`,
    );
    return { verdict: 'regressed', reasons: [...new Set(reasons)] };
  }
  if (judgements.length === 0) {
    return { verdict: 'inconclusive', reasons: ['nothing could be gated'] };
  }
  const open = of('inconclusive').filter((each) => !watched.includes(each));
  if (open.length === 0) return { verdict: 'passed', reasons: [] };
  return { verdict: 'inconclusive', reasons: [...new Set(open.map(openLine))] };
}

function openLine(judgement: Judgement): string {
  return `${nameOf(judgement)}: ${judgement.reason}${foundFrom(judgement)}`;
}

/** How many figures the gate still waits for; none before the first quad. */
export function openFigures(state: GateState): number {
  return allSubjects(state).reduce((sum, each) => sum + openMetrics(state, each).length, 0);
}

/** What would not have been overlooked, though nothing could be said of less. */
function foundFrom({ detectable }: Judgement): string {
  if (detectable === null || !Number.isFinite(detectable)) return '';
  return `; worse by ${(detectable * 100).toFixed(1)} % would have been found, four times of five`;
}

function nameOf({ scenario, variant, figure }: Judgement): string {
  return `${scenario} on ${variant}: ${figure}`;
}

function look(state: GateState): GateState {
  const subjects = allSubjects(state);
  const now = judge(subjects, judgementRules(state));
  const decided = standing(state, now).filter(
    (each) =>
      each.verdict !== 'inconclusive' &&
      (each.count >= FEWEST_OF_WATCHED || !isWatchedIn(state.rules, subjects, each)),
  );
  return { ...state, looks: state.looks + 1, decided };
}

/** `now`, with what was decided before in its place. */
function standing({ decided }: GateState, now: readonly Judgement[]): Judgement[] {
  return now.map((each) => decided.find((one) => isSame(one, each)) ?? each);
}

type Subject = Pick<Judgement, 'scenario' | 'variant' | 'metric'>;

function isSame(one: Subject, two: Subject): boolean {
  return one.scenario === two.scenario && one.variant === two.variant && one.metric === two.metric;
}

/** Whether quads have been added since the last look, and there is a look left for them. */
function isBetweenLooks(state: GateState): boolean {
  const lookedAt = LOOKS[state.looks - 1] ?? 0;
  const isFresh = openScenarios(state).some((each) => quadsOf(state, each).length > lookedAt);
  return isFresh && state.failure === undefined && state.looks < LOOKS.length;
}

/** Scenarios that another quad may still tell something about that the gate waits for. */
function openScenarios(state: GateState): string[] {
  const { rules } = state;
  return rules.scenarios.filter((scenario) => {
    const subjects = subjectsOf(scenario, quadsOf(state, scenario));
    if (subjects.length === 0) return true;
    return subjects.some((subject) => openMetrics(state, subject).length > 0);
  });
}

/** Metrics of a subject that are not decided, but for those only watched that had their quads. */
function openMetrics({ rules, decided }: GateState, subject: GateSubject): GateMetric[] {
  const { source, scenario, variant, obstacle, quads } = subject;
  if (obstacle !== undefined) return [];
  return rules.metrics.filter(
    (metric) =>
      !(quads.length >= FEWEST_OF_WATCHED && isWatched(rules, source, metric)) &&
      !decided.some((each) => isSame(each, { scenario, variant, metric })),
  );
}

function isWatched({ watched = {} }: GateRules, source: string, metric: GateMetric): boolean {
  return watched[source]?.includes(metric) ?? false;
}

function isWatchedIn(
  rules: GateRules,
  subjects: readonly GateSubject[],
  { scenario, variant, metric }: Judgement,
): boolean {
  return subjects.some(
    (each) =>
      each.scenario === scenario &&
      each.variant === variant &&
      isWatched(rules, each.source, metric),
  );
}

function allSubjects(state: GateState): GateSubject[] {
  return state.rules.scenarios.flatMap((each) => subjectsOf(each, quadsOf(state, each)));
}

function quadsOf({ quads }: GateState, scenario: string): Quad[] {
  return quads.filter((quad) => quad.scenario === scenario);
}

function judgementRules({ rules: { metrics, tolerance } }: GateState): JudgementRules {
  return { metrics, tolerance, alpha: ALPHA };
}
