/** The recorded traces as tests, one for each kind of children; a file each, so that they run in parallel. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { ChildKind } from './actor.ts';
import { type Difference, replayAll } from './run.ts';
import { parseScenarios } from './scenario.ts';

/** From dist/test/helpers/otp/ to the sources: `tsc` does not copy what it does not compile. */
const GOLDEN_URL = new URL('../../../../test/golden/', import.meta.url);

/**
 * How many scenarios each file has, so that none gets lost. The first is the specification; the others,
 * recorded in the same way, have odd corners, and the most varied of thousands made at random.
 */
const FILES: Readonly<Record<string, number>> = {
  'otp-supervisor-traces.json': 111,
  'otp-supervisor-odd-traces.json': 55,
  'otp-supervisor-random-traces.json': 50,
};

/** Of the random ones, the part that is replayed on threads and processes, which are slow to start. */
const EVERY_NTH_RANDOM = 6;

export function testTraces(kind: ChildKind): void {
  describe(`a supervisor of ${kind} children`, () => {
    for (const [file, count] of Object.entries(FILES)) {
      test(`does what OTP's does in the scenarios of ${file}`, async (t) => {
        const scenarios = parseScenarios(readFileSync(new URL(file, GOLDEN_URL), 'utf8'));
        assert.equal(scenarios.length, count);
        const nth = kind !== 'inline' && file.includes('random') ? EVERY_NTH_RANDOM : 1;
        const chosen = scenarios.filter((_, index) => index % nth === 0);
        const differences = await replayAll(chosen, kind, (difference) => {
          t.diagnostic(`played again on a slower clock: ${show(difference)}`);
        });
        assert.equal(differences.map(show).join('\n\n'), '');
      });
    }
  });
}

function show({ name, lines }: Difference): string {
  return [name, ...lines.map(([mark, text]) => `  ${mark} ${text}`)].join('\n');
}
