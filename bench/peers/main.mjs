/**
 * Measures Toolrig beside its peers:
 * `npm run peers -- inline|threads [--json] [--rounds N] [--seed N] [--only 1,2]`.
 *
 * A package of its own, so that installing Toolrig never installs a rival. It measures as the
 * harness does: short blocks in alternating rounds, ratios paired by round.
 */

import { readFileSync } from 'node:fs';
import os from 'node:os';
import { parseArgs } from 'node:util';
import { seededRandom } from '../../dist/src/harness/stats/random.js';
import { renderComparison } from './text.mjs';

const SUITES = ['inline', 'threads'];
const USAGE =
  `usage: npm run peers -- <${SUITES.join('|')}> [--json] [--rounds N] [--seed N]\n` +
  '       --only 1,2   of threads, these measurements';
/** As the commands of toolrig: a reply was wrong, so nothing that was measured counts. */
const EXIT_INVALID_MEASUREMENT = 4;
const EXIT_USAGE = 2;

/** @typedef {{ suite: string, json: boolean, rounds: number | undefined, seed: number, only: string | undefined }} Options */

/** Versions of what is compared, as installed. */
function peerVersions() {
  const lock = JSON.parse(readFileSync(new URL('package-lock.json', import.meta.url), 'utf8'));
  return Object.fromEntries(
    Object.keys(lock.packages[''].dependencies).map((name) => [
      name,
      lock.packages[`node_modules/${name}`].version,
    ]),
  );
}

/**
 * @param {string[]} args
 * @returns {Options}
 * @throws {Error} that says what is wrong with them
 */
function parse(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      seed: { type: 'string', default: '1' },
      only: { type: 'string' },
    },
  });
  const [suite = '', ...rest] = positionals;
  if (!SUITES.includes(suite)) throw new Error(`there is no suite '${suite}'`);
  if (rest.length > 0) throw new Error(`one suite at a time, got also '${rest.join(' ')}'`);
  if (values.only !== undefined && suite !== 'threads') {
    throw new Error(`--only is for the suite 'threads', got it with '${suite}'`);
  }
  return {
    suite,
    json: values.json,
    rounds: values.rounds === undefined ? undefined : integer('--rounds', values.rounds, 1),
    seed: integer('--seed', values.seed, 0),
    only: values.only,
  };
}

/**
 * @param {string} flag
 * @param {string} text
 * @param {number} min
 */
function integer(flag, text, min) {
  const value = Number(text);
  if (Number.isInteger(value) && value >= min) return value;
  throw new Error(`${flag} must be an integer >= ${min}, got '${text}'`);
}

/**
 * @param {string | undefined} text - numbers with commas between them; default: all
 * @param {readonly number[]} known
 */
function selection(text, known) {
  if (text === undefined) return known;
  const ids = text.split(',').map((part) => integer('--only', part, 1));
  const unknown = ids.find((id) => !known.includes(id));
  if (unknown === undefined) return ids;
  throw new Error(`--only takes numbers out of ${known.join(', ')}, got ${unknown}`);
}

/**
 * The suite's way of measuring, as JSON and as text; only what is asked for is loaded.
 *
 * @param {Options} options
 * @returns {Promise<() => Promise<{ json: object, text: string }>>}
 * @throws {Error} that says what is wrong with the options
 */
async function load({ suite, rounds, seed, only }) {
  const random = seededRandom(seed);
  if (suite === 'threads') {
    const { MEASUREMENT_IDS, measureThreads } = await import('./threads/suite.mjs');
    const { renderThreads } = await import('./threads/text.mjs');
    const ids = selection(only, MEASUREMENT_IDS);
    return async () => {
      const measurements = await measureThreads(ids, rounds, random);
      return { json: { measurements }, text: renderThreads(measurements) };
    };
  }
  const { compareInline } = await import('./compare-inline.mjs');
  return async () => {
    const comparisons = await compareInline(rounds, random);
    return { json: { comparisons }, text: comparisons.map(renderComparison).join('\n') };
  };
}

/** @param {Options} options */
function environmentOf({ suite }) {
  return {
    suite,
    node: process.version,
    v8: process.versions.v8,
    cpuModel: os.cpus()[0]?.model ?? 'unknown',
    availableParallelism: os.availableParallelism(),
    peers: peerVersions(),
  };
}

/** @param {string[]} args */
async function main(args) {
  let options;
  let measure;
  try {
    options = parse(args);
    measure = await load(options);
  } catch (error) {
    process.stderr.write(`${error.message}\n${USAGE}\n`);
    return EXIT_USAGE;
  }
  try {
    const { json, text } = await measure();
    const environment = environmentOf(options);
    process.stdout.write(
      options.json ? `${JSON.stringify({ environment, ...json }, undefined, 2)}\n` : text,
    );
    return 0;
  } catch (error) {
    process.stderr.write(`${error.stack}\n`);
    return EXIT_INVALID_MEASUREMENT;
  }
}

process.exitCode = await main(process.argv.slice(2));
