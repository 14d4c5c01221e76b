/**
 * Notes below a scenario's table, and the marks that tie its rows to them.
 *
 * What befalls many rows in the same way is one note with many marks. Failures are told one by
 * one: each has its own story.
 */

import type { OpenLoopRecord } from '../results/open-loop-record.ts';
import type { VariantRecord } from '../results/run-record.ts';
import { formatCount, formatNs, formatShort } from './units.ts';

export interface TableNote {
  readonly mark: string;
  readonly text: string;
}

/** A note and the rows that carry its mark. */
export interface OwnedNote extends TableNote {
  readonly rows: readonly VariantRecord[];
}

/** A note for each row with failures, one for all that were unsteady, one for all timer-limited. */
export function notesOf(rows: readonly VariantRecord[]): OwnedNote[] {
  const unsteady = rows.filter(({ isSteady }) => !isSteady);
  const timerLimited = rows.filter(({ latencyVerdict }) => latencyVerdict === 'timer-limited');
  const notes = rows
    // Failures that the scenario expects are no news; they are in its accounts.
    .filter(({ failed, failedAsExpected = 0 }) => failed > failedAsExpected)
    .map((row) => ({ rows: [row], text: failureText(row) }));
  if (unsteady.length > 0)
    notes.push({ rows: unsteady, text: unsteadyText(unsteady, rows.length) });
  if (timerLimited.length > 0) {
    notes.push({
      rows: timerLimited,
      text: 'timer-limited: the median is below twenty clock reads; calls/s is exact, percentiles are not',
    });
  }
  const callersOnly = rows.filter(({ usageOf }) => usageOf === 'caller');
  if (callersOnly.length > 0) {
    notes.push({
      rows: callersOnly,
      text: "CPU is the caller's alone: what the server used is not known, since it is no process of this run",
    });
  }
  for (const row of rows) {
    const { openLoop } = row;
    if (openLoop?.generatorVerdict !== 'generator-limited') continue;
    notes.push({ rows: [row], text: generatorText(openLoop) });
  }
  return notes.map((note, i) => ({ ...note, mark: superscript(i + 1) }));
}

/** The marks of one row: `¹ ³`; empty when no note concerns it. */
export function marksOf(row: VariantRecord, notes: readonly OwnedNote[]): string {
  return notes
    .filter(({ rows }) => rows.includes(row))
    .map(({ mark }) => mark)
    .join(' ');
}

function generatorText({ pacingNs, sentPerSecond }: OpenLoopRecord): string {
  const { p99, max } = pacingNs;
  // Of fewer than a hundred arrivals no one in a hundred is later.
  const late =
    p99 < max
      ? `${formatNs(p99)} late or more to 1 % of the arrivals`
      : `up to ${formatNs(p99)} late to its arrivals`;
  return (
    `generator-limited: the generator came ${late}, and sent ${formatShort(sentPerSecond)} calls/s; ` +
    'responses are partly its own doing'
  );
}

function unsteadyText(unsteady: readonly VariantRecord[], rowCount: number): string {
  const warmupMs = unsteady.map((row) => row.warmupMs);
  const ends = [Math.min(...warmupMs), Math.max(...warmupMs)].map((ms) => formatNs(ms * 1e6));
  const after = [...new Set(ends)].join(' to ');
  const share = `${unsteady.length} of ${rowCount} ${rowCount === 1 ? 'row' : 'rows'}`;
  return `not steady when the warm-up ended, after ${after}: ${share}`;
}

function failureText({ calls, failed, errors, checksFailed, firstFailure }: VariantRecord): string {
  const kinds = [
    ...Object.entries(errors).map(([code, count]) => `${code} ${formatCount(count)}`),
    ...(checksFailed > 0 ? [`wrong reply ${formatCount(checksFailed)}`] : []),
  ];
  const first = firstFailure === null ? '' : `; the first: ${firstFailure}`;
  const list = kinds.length === 0 ? '' : ` (${kinds.join(', ')})`;
  return `${formatCount(failed)} of ${formatCount(calls)} calls failed${list}${first}`;
}

function superscript(number: number): string {
  return String(number).replaceAll(/\d/g, (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'.charAt(Number(digit)));
}
