/** A comparison with peers as a plain table. */

import { isBounded } from '../../dist/src/harness/stats/bootstrap.js';

/** @typedef {{ readonly median: number, readonly low: number, readonly high: number }} Interval */
/**
 * @typedef {object} PeerComparison
 * @property {string} suite
 * @property {number} inFlight - calls kept going at the same time
 * @property {number} rounds
 * @property {string} subject - the contender that the others are compared with
 * @property {readonly string[]} unsteady - contenders that had not become steady when they were measured
 * @property {readonly { name: string, nsPerCall: Interval, timesAsFast: Interval }[]} contenders -
 *   `timesAsFast`: a contender's time over the subject's, so how many times as fast the subject is
 */

/**
 * @param {PeerComparison} comparison
 * @returns {string} ending with a newline
 */
export function renderComparison({ suite, inFlight, rounds, subject, unsteady, contenders }) {
  const rows = [
    ['', 'calls/s', 'ns/call', '95 % interval', `${subject} is × as fast`, '95 % interval'],
    ...contenders.map(({ name, nsPerCall, timesAsFast }) => [
      name,
      whole(1e9 / nsPerCall.median),
      whole(nsPerCall.median),
      range(nsPerCall, whole),
      name === subject ? '' : factor(timesAsFast.median),
      name === subject ? '' : range(timesAsFast, factor),
    ]),
  ];
  const notes = [
    `${suite}, ${inFlight} in flight; ${rounds} rounds, ratios paired by round`,
    ...(unsteady.length > 0 ? [`warning: not steady when measured: ${unsteady.join(', ')}`] : []),
  ];
  return `${[...notes, renderTable(rows)].join('\n')}\n`;
}

/**
 * Columns as wide as they must be, numbers to the right.
 *
 * @param {readonly (readonly string[])[]} rows - the header first
 * @param {number} leftColumns - how many columns at the beginning are text. Default: 1
 * @returns {string} without a newline at its end
 */
export function renderTable(rows, leftColumns = 1) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column < leftColumns ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/**
 * An interval as text; `unknown` when it came from one round.
 *
 * @param {Interval} interval
 * @param {(value: number) => string} format
 */
export function range(interval, format) {
  return isBounded(interval) ? `${format(interval.low)} – ${format(interval.high)}` : 'unknown';
}

/** @param {number} value */
function factor(value) {
  return value.toFixed(2);
}

/** @param {number} value */
function whole(value) {
  return Math.round(value).toLocaleString('en-US');
}
