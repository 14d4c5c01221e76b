/** The recorded traces as tests, one for each kind of children; a file each, so that they run in parallel. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { ChildKind } from './actor.ts';
import { replayAll } from './run.ts';
import { parseScenarios } from './scenario.ts';

/** From dist/test/helpers/otp/ to the sources: `tsc` does not copy what it does not compile. */
const TRACES_URL = new URL('../../../../test/golden/otp-supervisor-traces.json', import.meta.url);

export function testTraces(kind: ChildKind): void {
  describe(`a supervisor of ${kind} children`, () => {
    const scenarios = parseScenarios(readFileSync(TRACES_URL, 'utf8'));

    test(`does what OTP's does in all ${scenarios.length} recorded scenarios`, async () => {
      assert.equal(scenarios.length, 111);
      const differences = await replayAll(scenarios, kind);
      const shown = differences.map(({ name, lines }) =>
        [name, ...lines.map(([mark, text]) => `  ${mark} ${text}`)].join('\n'),
      );
      assert.equal(shown.join('\n\n'), '');
    });
  });
}
