/** What the suite `threads` found, as plain tables. */

import { range, renderTable } from '../text.mjs';

/** @typedef {import('./suite.mjs').ThreadsResult} ThreadsResult */

/** Above it, what is measured says more about the others on this machine than about contenders. */
const NOISY_RATIO = 0.15;

/**
 * @param {readonly ThreadsResult[]} results
 * @returns {string} ending with a newline
 */
export function renderThreads(results) {
  const tables = results.map(renderMeasurement);
  const targets = results.flatMap(({ id, targets: judged }) =>
    judged.map(({ text, rival, observed, outcome }) => [
      `${id}`,
      text,
      ratio(observed.median),
      range(observed, ratio),
      outcome,
      rival ?? '',
    ]),
  );
  const header = ['', 'target', 'observed', '95 % interval', 'outcome', 'compared with'];
  const noisiest = Math.max(...results.map(({ othersBusyRatio }) => othersBusyRatio));
  const warnings =
    noisiest > NOISY_RATIO
      ? [
          `warning: others kept up to ${percent(noisiest)} of the cores busy; measure when it is quiet`,
        ]
      : [];
  return `${[...tables, renderTable([header, ...targets], 2), ...warnings].join('\n\n')}\n`;
}

/** @param {ThreadsResult} result */
function renderMeasurement({ id, title, note, rounds, metrics, rows, othersBusyRatio }) {
  const head = [
    `${id}. ${title}; ${rounds} rounds, ${percent(othersBusyRatio)} of the cores busy for others`,
    ...(note === undefined ? [] : [`   ${note}`]),
  ];
  if (rows.length === 0) return [...head, '   not measured'].join('\n');
  const subject = rows[0].name;
  const header = metrics.flatMap(({ label, isContext }) =>
    isContext === true ? [label, '95 %'] : [label, '95 %', `${subject} / this`, '95 %'],
  );
  const lines = rows.map(({ name, values, ratios }) => [
    name,
    ...metrics.flatMap(({ key, digits, isContext }) => {
      const format = (/** @type {number} */ value) => fixed(value, digits);
      const isSubject = name === subject;
      const own = [format(values[key].median), range(values[key], format)];
      if (isContext === true) return own;
      return [
        ...own,
        isSubject ? '' : ratio(ratios[key].median),
        isSubject ? '' : range(ratios[key], ratio),
      ];
    }),
  ]);
  return [...head, renderTable([['', ...header], ...lines])].join('\n');
}

/**
 * @param {number} value
 * @param {number} digits
 */
function fixed(value, digits) {
  return value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** @param {number} share */
function percent(share) {
  return `${Math.round(share * 100)} %`;
}

/** Three significant digits. @param {number} value */
function ratio(value) {
  return value >= 100 ? fixed(value, 0) : value.toPrecision(3);
}
