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
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
      )
      .join('  '),
  );
  const notes = [
    `${suite}, ${inFlight} in flight; ${rounds} rounds, ratios paired by round`,
    ...(unsteady.length > 0 ? [`warning: not steady when measured: ${unsteady.join(', ')}`] : []),
  ];
  return `${[...notes, ...lines].join('\n')}\n`;
}

/**
 * @param {Interval} interval
 * @param {(value: number) => string} format
 */
function range(interval, format) {
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
