import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  addQuad,
  type GateRules,
  outcomeOf,
  startGate,
} from '../../../../src/harness/compare/gate/gate.ts';
import {
  type GateContext,
  processesOf,
  reportGate,
} from '../../../../src/harness/compare/gate/gate-report.ts';
import type { Quad } from '../../../../src/harness/compare/gate/quad.ts';
import { renderGateMarkdown, renderGateText } from '../../../../src/harness/report/gate-text.ts';
import { renderJUnit } from '../../../../src/harness/report/junit.ts';
import { gateQuad, gateSample } from '../../../helpers/gate-samples.ts';
import { assertGolden } from '../../../helpers/golden.ts';
import { HOSTILE_NAMES } from '../../../helpers/hostile-names.ts';
import { sampleRecord } from '../../../helpers/sample-record.ts';

const RULES: GateRules = {
  scenarios: ['adding'],
  metrics: ['p50', 'cpuNsPerCall', 'allocatedBytesPerCall'],
  advisory: ['p99'],
  tolerance: 0.03,
  budgetMs: 300_000,
};
const SIDE = { startedAt: '2026-11-22T15:30:00.000Z', gitCommit: '0123456789abcdef' };

/** A report of eight quads. */
function report(quad: Quad, context: Partial<GateContext> = {}) {
  let state = startGate(RULES);
  for (let i = 0; i < 8; i++) state = addQuad(state, quad);
  return reportGate(outcomeOf(state), {
    baseline: { ...SIDE, name: 'main' },
    candidate: { ...SIDE, name: 'the working tree, with changes' },
    tolerance: RULES.tolerance,
    environment: sampleRecord().environment,
    stopped: 'decided',
    elapsedMs: 48_000,
    budgetMs: RULES.budgetMs,
    processes: processesOf(state.quads),
    notGated: ['reading: new, the base does not have it'],
    warnings: [],
    ...context,
  });
}

const slower = gateQuad((side, index) => {
  const ns = (side === 'candidate' ? 560 : 500) + index;
  const own = gateSample(ns);
  return [{ ...own, figures: { ...own.figures, p99: ns * 4, allocatedBytesPerCall: 512 } }];
});

describe('a gate', () => {
  test('is shown with its figures, the verdict and the reasons', () => {
    assertGolden('gate.txt', renderGateText(report(slower)));
  });

  test('is shown as Markdown for the page of a workflow', () => {
    assertGolden('gate.md', renderGateMarkdown(report(slower)));
  });

  test('that measured nothing says what was left out, and why', () => {
    const state = startGate({ ...RULES, scenarios: [] });
    const nothing = reportGate(outcomeOf(state), {
      ...report(slower),
      processes: [],
      stopped: 'decided',
      elapsedMs: 0,
      budgetMs: 1,
      notGated: ['reading: new, the base does not have it'],
      warnings: [],
    });
    assert.equal(
      renderGateText(nothing),
      '! not gated: reading: new, the base does not have it\n' +
        'nothing was measured\n' +
        'gate inconclusive: it cannot be told whether something regressed\n' +
        '  nothing could be gated\n',
    );
  });

  test('calls time per call by its name where it stands for percentiles, and shows it once', () => {
    const limited = gateQuad(
      (side, index) =>
        slower.samples[index]?.map((each) => ({
          ...each,
          isTimerLimited: true,
          figures: { ...each.figures, nsPerCall: side === 'candidate' ? 600 : 500 },
        })) ?? [],
    );
    const { subjects, gate } = report(limited);
    assert.deepEqual(
      subjects[0]?.metrics.map(({ metric }) => metric),
      ['nsPerCall', 'cpuNsPerCall', 'allocatedBytesPerCall'],
    );
    assert.equal(gate.reasons[0], 'adding on native: nsPerCall regressed by 20.0 %');
  });

  test('that was interrupted has not passed', () => {
    const even = gateQuad(() => [gateSample(500)]);
    assert.equal(report(even).gate.verdict, 'passed');
    const { gate, verdict } = report(even, { stopped: 'interrupted' });
    assert.deepEqual([gate.verdict, verdict], ['inconclusive', 'inconclusive']);
    assert.deepEqual(gate.reasons, ['it was interrupted']);
  });

  test('gives an advisory metric to no reader as a failure', () => {
    const { subjects, verdict } = report(slower);
    const p99 = subjects[0]?.metrics.find(({ metric }) => metric === 'p99');
    assert.equal(verdict, 'regressed');
    assert.equal(p99?.verdict, 'inconclusive');
    assert.equal(p99?.reason, 'worse, and advisory: never gated');
    assert.match(renderJUnit(report(slower)), /failures="2"/);
  });

  test('that is broken or invalid is so for who reads nothing but JUnit', () => {
    const failing = (side: string) =>
      renderJUnit(
        report(gateQuad((each) => [gateSample(500, each === side ? { failure: 'lost' } : {})])),
      );
    assert.match(
      failing('candidate'),
      /<failure message="adding on native: in the candidate, lost/,
    );
    assert.match(failing('base'), /<error message="adding on native: in the base, lost/);
    assert.match(failing('base'), /^<testsuites [^>]* errors="1" /m);
  });

  test('is inert, whatever scenarios and failures are called', () => {
    for (const name of HOSTILE_NAMES) {
      const quad = gateQuad((side) => [
        gateSample(500, { scenario: name, ...(side === 'candidate' ? { failure: name } : {}) }),
      ]);
      const hostile = report(quad);
      // oxlint-disable-next-line no-control-regex
      assert.doesNotMatch(renderGateText(hostile), /[\u0000-\u0009\u000b-\u001f\u202e]/);
      assert.doesNotMatch(
        renderGateMarkdown(hostile),
        /(?<!\\)<img|^\| and|(?<!\\)\]\(javascript/m,
      );
    }
  });
});
