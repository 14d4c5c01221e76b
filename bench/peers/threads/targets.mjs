/** Whether what was measured meets what was set out to be met. */

import { medianInterval, pairedRatio } from '../../../dist/src/harness/stats/bootstrap.js';
import { valuesOf } from './rounds.mjs';

/** @typedef {import('../text.mjs').Interval} Interval */
/** @typedef {import('./rounds.mjs').Measured} Measured */
/** @typedef {import('./rounds.mjs').Metric} Metric */
/**
 * @typedef {object} Target
 * @property {string} text - what is to be met
 * @property {string} metric - key of it
 * @property {string} subject - name of what must meet it
 * @property {readonly string[]} [rivals] - families; the best variant among them is the one that
 *   counts, whatever its name. Without them the subject's own value is judged
 * @property {string} [bestBy] - key of the metric that says which of them is best; default: `metric`
 * @property {number} [atLeast] - of the subject's value over the rival's
 * @property {number} [atMost]
 */
/**
 * @typedef {object} Judged
 * @property {string} text
 * @property {string | undefined} rival - what the subject was compared with
 * @property {Interval} observed
 * @property {'met' | 'missed'} outcome - of the median; the interval says how sure that is
 */

/**
 * @param {Target} target
 * @param {readonly Measured[]} measured
 * @param {readonly Metric[]} metrics
 * @param {() => number} random
 * @returns {Judged}
 */
export function judge(target, measured, metrics, random) {
  const { text, atLeast = 0, atMost = Number.POSITIVE_INFINITY } = target;
  const metricOf = (/** @type {string} */ key) => metrics.find((metric) => metric.key === key);
  const metric = metricOf(target.metric);
  const subject = measured.find(({ name }) => name === target.subject);
  const own = valuesOf(subject, metric);
  const rival =
    target.rivals === undefined
      ? undefined
      : best(
          measured.filter((one) => one !== subject && target.rivals.includes(one.family)),
          metricOf(target.bestBy ?? target.metric),
          random,
        );
  const observed =
    rival === undefined
      ? medianInterval(own, random)
      : pairedRatio(own, valuesOf(rival, metric), random);
  const isMet = observed.median >= atLeast && observed.median <= atMost;
  return { text, rival: rival?.name, observed, outcome: isMet ? 'met' : 'missed' };
}

/**
 * @param {readonly Measured[]} measured
 * @param {Metric} metric
 * @param {() => number} random
 */
function best(measured, metric, random) {
  const sorted = measured
    .map((one) => ({ one, median: medianInterval(valuesOf(one, metric), random).median }))
    .toSorted((a, b) => (metric.better === 'more' ? b.median - a.median : a.median - b.median));
  return sorted[0].one;
}
