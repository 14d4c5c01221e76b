/**
 * Compares a trace with the recorded one, event by event. Some things are the same although they
 * are written differently:
 *
 * - a supervisor that is killed ends with its children: OTP tells its end first, we when all have;
 * - its children die, and dynamic children are stopped, at the same time, so the order of their ends
 *   means nothing;
 * - a refusal is recorded with its details or without: `["already_started", "a#1"]`, `"already_started"`;
 * - a step by label is echoed under its own name or as `exit`.
 */

import type { Scenario, ScenarioChild, Term, TraceEvent } from './scenario.ts';

/** A line of a comparison: in both traces, only expected, or only got. */
export type DiffLine = readonly [' ' | '-' | '+', string];

/** `undefined` when the traces agree; otherwise all lines of both, in order. */
export function compareTraces(
  scenario: Scenario,
  got: readonly TraceEvent[],
): readonly DiffLine[] | undefined {
  const { flags, children, steps } = scenario;
  const isDynamic = flags !== 'raw' && flags.strategy === 'simple_one_for_one';
  const added = steps.flatMap(([operation, subject]) =>
    operation === 'start_child' ? [subject as ScenarioChild] : [],
  );
  const supervisors = new Set(['sup', ...supervisorIds([...children, ...added])]);
  const normal = (events: readonly TraceEvent[]): readonly TraceEvent[] =>
    sortSimultaneous(killedLast(events), isDynamic, supervisors);
  const expectedEvents = normal(scenario.trace);
  const gotEvents = normal(got);
  const lines = align(expectedEvents, gotEvents);
  return lines.every(([mark]) => mark === ' ') ? undefined : lines;
}

function isSame(expected: TraceEvent, got: TraceEvent): boolean {
  const [kind, operation, id] = expected;
  if (kind === 'do' && operation === 'exit' && got[1] === 'exit_label') {
    return isEqual(expected.slice(2), got.slice(2));
  }
  if (kind !== 'ret' || got[0] !== 'ret') return isEqual(expected, got);
  if (operation !== got[1] || (id !== got[2] && operation !== 'start_link')) return false;
  return isSameAnswer(expected.at(-1) ?? null, got.at(-1) ?? null);
}

function isSameAnswer(expected: Term, got: Term): boolean {
  if (isEqual(expected, got)) return true;
  if (!isError(expected) || !isError(got)) return false;
  const [, expectedReason] = expected;
  const [, gotReason] = got;
  if (typeof expectedReason === 'string' && Array.isArray(gotReason)) {
    return gotReason[0] === expectedReason;
  }
  return typeof gotReason === 'string' && Array.isArray(expectedReason)
    ? expectedReason[0] === gotReason
    : false;
}

function isError(term: Term): term is readonly Term[] {
  return Array.isArray(term) && term[0] === 'error';
}

function isEqual(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The end of a supervisor that was killed, put behind all others. */
function killedLast(trace: readonly TraceEvent[]): readonly TraceEvent[] {
  const end = trace.find((event) => isEqual(event, ['down', 'sup', 'killed']));
  return end === undefined ? trace : [...trace.filter((event) => event !== end), end];
}

function supervisorIds(children: readonly ScenarioChild[]): string[] {
  return children.flatMap(({ id = '', flags, children: beneath = [] }) =>
    flags === undefined ? [] : [id, ...supervisorIds(beneath)],
  );
}

/** Orders ends that follow each other and came at the same time: of one step, by label. */
function sortSimultaneous(
  trace: readonly TraceEvent[],
  isDynamic: boolean,
  supervisors: ReadonlySet<string>,
): readonly TraceEvent[] {
  let isSimultaneous = isDynamic;
  const sorted: TraceEvent[] = [];
  let ends: TraceEvent[] = [];
  const flush = (): void => {
    sorted.push(...ends.toSorted((a, b) => (String(a[1]) < String(b[1]) ? -1 : 1)));
    ends = [];
  };
  for (const event of trace) {
    const [kind, what, subject, reason] = event;
    if (kind === 'do') {
      const isKill = what === 'stop_sup' ? subject === 'kill' : reason === 'kill';
      const killed = what === 'stop_sup' ? 'sup' : String(subject);
      isSimultaneous = isDynamic || (isKill && supervisors.has(killed));
    }
    if (isSimultaneous && kind === 'down' && what !== 'sup') {
      ends.push(event);
    } else {
      flush();
      sorted.push(event);
    }
  }
  flush();
  return sorted;
}

/** The longest common subsequence, written out as a difference. */
function align(expected: readonly TraceEvent[], got: readonly TraceEvent[]): DiffLine[] {
  const lengths = Array.from({ length: expected.length + 1 }, () =>
    Array.from({ length: got.length + 1 }, () => 0),
  );
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  const same = (i: number, j: number): boolean => isSame(expected[i] ?? [], got[j] ?? []);
  for (let i = expected.length - 1; i >= 0; i--) {
    for (let j = got.length - 1; j >= 0; j--) {
      const row = lengths[i];
      if (row !== undefined) {
        row[j] = same(i, j) ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
      }
    }
  }
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < expected.length || j < got.length) {
    if (i < expected.length && j < got.length && same(i, j)) {
      lines.push([' ', JSON.stringify(expected[i++])]);
      j++;
    } else if (i < expected.length && (j === got.length || at(i + 1, j) >= at(i, j + 1))) {
      lines.push(['-', JSON.stringify(expected[i++])]);
    } else {
      lines.push(['+', JSON.stringify(got[j++])]);
    }
  }
  return lines;
}
