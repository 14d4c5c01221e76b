/**
 * Measures Toolrig beside its peers: `npm run peers -- inline [--json] [--rounds N] [--seed N]`.
 *
 * A package of its own, so that installing Toolrig never installs a rival. It measures as `micro`
 * does, with the harness's own runner: short blocks in alternating rounds, ratios paired by round.
 */

import { readFileSync } from 'node:fs';
import os from 'node:os';
import { parseArgs } from 'node:util';
import { runMicroBench } from '../../dist/src/harness/load/micro.js';
import { defineMicroBench } from '../../dist/src/harness/load/micro-bench.js';
import { medianInterval, pairedRatio } from '../../dist/src/harness/stats/bootstrap.js';
import { seededRandom } from '../../dist/src/harness/stats/random.js';
import { loopOf, startContenders } from './inline.mjs';
import { renderComparison } from './text.mjs';

const SUITES = ['inline'];
const SUBJECT = 'toolrig';
const IN_FLIGHT = [1, 64];
/** Calls that each of several loops makes before they are waited for, so that all are busy most of the time. */
const CALLS_PER_LOOP = 16;
const USAGE = `usage: npm run peers -- <${SUITES.join('|')}> [--json] [--rounds N] [--seed N]`;

/**
 * @param {number} inFlight
 * @param {number} rounds
 * @param {() => number} random
 * @returns {Promise<import('./text.mjs').PeerComparison>}
 */
async function compareInline(inFlight, rounds, random) {
  const contenders = await startContenders();
  // What the runner times is a burst: with fewer calls than loops, fewer would be in flight.
  const burst = inFlight === 1 ? 1 : inFlight * CALLS_PER_LOOP;
  const bench = defineMicroBench({
    name: `inline-${inFlight}`,
    description: `One small call, ${inFlight} in flight`,
    baseline: SUBJECT,
    tasks: contenders.map(({ name, addOne }) => ({
      name,
      mode: 'async',
      prepare: () => {
        const loop = loopOf(addOne, inFlight);
        return async (bursts) => (await loop(bursts * burst)) / burst;
      },
    })),
    teardown: async () => {
      for (const contender of contenders) await contender.stop?.();
    },
  });
  const measured = await runMicroBench(bench, {
    rounds,
    onProgress: ({ phase, round }) =>
      process.stderr.write(`${bench.name}: ${phase} round ${round + 1}\n`),
  });
  const subject = measured.tasks.find((task) => task.name === SUBJECT);
  return {
    suite: 'inline',
    inFlight,
    rounds,
    subject: SUBJECT,
    unsteady: measured.unsteadyTasks,
    contenders: measured.tasks.map((task) => ({
      name: task.name,
      nsPerCall: medianInterval(
        task.nsPerCallByRound.map((ns) => ns / burst),
        random,
      ),
      timesAsFast: pairedRatio(task.nsPerCallByRound, subject.nsPerCallByRound, random),
    })),
  };
}

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
 * @throws {Error} that says what is wrong with them
 */
function parse(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '24' },
      seed: { type: 'string', default: '1' },
    },
  });
  const [suite = '', ...rest] = positionals;
  if (!SUITES.includes(suite)) throw new Error(`there is no suite '${suite}'`);
  if (rest.length > 0) throw new Error(`one suite at a time, got also '${rest.join(' ')}'`);
  return {
    json: values.json,
    rounds: integer('--rounds', values.rounds, 1),
    seed: integer('--seed', values.seed, 0),
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

/** @param {{ json: boolean, rounds: number, seed: number }} options */
async function main({ json, rounds, seed }) {
  const environment = {
    node: process.version,
    v8: process.versions.v8,
    cpuModel: os.cpus()[0]?.model ?? 'unknown',
    availableParallelism: os.availableParallelism(),
    peers: peerVersions(),
  };
  const random = seededRandom(seed);
  const comparisons = [];
  for (const inFlight of IN_FLIGHT) comparisons.push(await compareInline(inFlight, rounds, random));
  process.stdout.write(
    json
      ? `${JSON.stringify({ environment, comparisons }, undefined, 2)}\n`
      : comparisons.map((comparison) => renderComparison(comparison)).join('\n'),
  );
}

let options;
try {
  options = parse(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error.message}\n${USAGE}\n`);
  process.exitCode = 2;
}
if (options !== undefined) await main(options);
