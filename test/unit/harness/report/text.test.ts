import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { renderRunText, renderScenarioText } from '../../../../src/harness/report/text.ts';
import type { ScenarioRecord } from '../../../../src/harness/results/run-record.ts';
import { groupByScenario } from '../../../../src/harness/results/scenario-group.ts';
import { assertGolden } from '../../../helpers/golden.ts';
import { HOSTILE_NAMES } from '../../../helpers/hostile-names.ts';
import {
  chaosRecord,
  openRecord,
  sampleMaxRate,
  sampleRecord,
  sampleScenario,
  sampleVariant,
} from '../../../helpers/sample-record.ts';

const MAX_WIDTH = 120;

/** The tables of these records alone. */
function textOf(...records: ScenarioRecord[]): string {
  return groupByScenario(records)
    .map((group) => renderScenarioText(group))
    .join('\n');
}

describe('the terminal report', () => {
  test('looks as agreed', () => {
    assertGolden('run.txt', renderRunText(sampleRecord()));
  });

  test('of chaos looks as agreed', () => {
    assertGolden('chaos.txt', renderRunText(chaosRecord()));
  });

  test('of an open loop looks as agreed', () => {
    assertGolden('open.txt', renderRunText(openRecord()));
  });

  test('says what the highest rate was, or that there was none', () => {
    const [scenario] = openRecord().scenarios;
    const [first] = scenario?.variants ?? [];
    assert.ok(scenario !== undefined && first !== undefined);
    const textWith = (maxRate: typeof first.maxRate) =>
      textOf({
        ...scenario,
        variants: [{ ...first, ...(maxRate === undefined ? {} : { maxRate }) }],
      });
    const found = sampleMaxRate();
    assert.match(
      textWith(found),
      /native: 495 calls\/s keep p99<50ms, errors<0\.1% \(not 507: there it broke; 2 tries\)/,
    );
    assert.match(textWith({ ...found, high: null }), /\(the highest that was tried; 2 tries\)/);
    assert.match(
      textWith({ ...found, limitedBy: 'generator' }),
      /there the generator came too late/,
    );
    const none = { ...found, ratePerSecond: 0, evidence: found.evidence.slice(0, 1) };
    assert.match(
      textWith(none),
      /no rate kept p99<50ms, errors<0\.1% \(1 try; the last: p99<50ms\)/,
    );
  });

  test('says that the generator came late, and beside which row', () => {
    const [scenario] = openRecord().scenarios;
    const [first, ...others] = scenario?.variants ?? [];
    const openLoop = first?.openLoop;
    assert.ok(scenario !== undefined && first !== undefined && openLoop !== undefined);
    const late: typeof first = {
      ...first,
      openLoop: { ...openLoop, generatorVerdict: 'generator-limited' },
    };
    const text = textOf({ ...scenario, variants: [late, ...others] });
    assert.match(text, /native ¹/);
    assert.match(text, /¹ generator-limited: the generator came 400 µs late or more to 1 % of/);
    const { pacingNs } = openLoop;
    const few = {
      ...late,
      openLoop: { ...late.openLoop, pacingNs: { ...pacingNs, p99: pacingNs.max } },
    };
    assert.match(
      textOf({ ...scenario, variants: [few as typeof first, ...others] }),
      /¹ generator-limited: the generator came up to [\d.]+ .s late to its arrivals, and/,
    );
  });

  test('paints only when asked, and changes no character by it', () => {
    const plain = renderRunText(sampleRecord());
    const painted = renderRunText(sampleRecord(), { colour: 'ansi' });
    assert.equal(plain, stripVTControlCharacters(plain));
    assert.notEqual(painted, plain);
    assert.equal(stripVTControlCharacters(painted), plain);
  });

  test('fits 120 columns with the longest figures', () => {
    const failure = {
      failed: 999_999,
      errors: { ERR_SERVICE_NOT_FOUND: 999_999 },
      firstFailure: 'a long story about what went wrong '.repeat(20),
      isSteady: false,
      latencyVerdict: 'timer-limited' as const,
    };
    const variants = ['json', 'direct', 'http-stateless', 'http-saturation-10', 'sdk-memory'].map(
      (name, i) => sampleVariant(name, 102.3 * 998.7 ** (i - 1), failure),
    );
    const cases = Array.from({ length: 20 }, (_, i) =>
      sampleScenario(
        `wide/case ${i}`,
        variants.map((each) => ({ ...each })),
      ),
    );
    for (const line of [textOf(sampleScenario('wide', variants)), textOf(...cases)]
      .join('\n')
      .split('\n')) {
      assert.ok(line.length <= MAX_WIDTH, `${line.length}: ${line}`);
    }
  });

  test('leaves out columns that nothing fills, and says so when there was one round', () => {
    const one = sampleVariant('native', 150);
    const unknown = { median: 6.67e6, low: 0, high: Number.MAX_VALUE };
    const text = textOf(
      sampleScenario('single', [
        { ...one, throughputPerSecond: unknown, rounds: one.rounds.slice(0, 1) },
      ]),
    );
    assert.doesNotMatch(text, /vs json|vs direct|\[|×/);
    assert.match(text, /6\.67M +150 ns/);
    assert.match(text, /one round says nothing about the spread/);
  });

  test('does not call a range of few rounds a 95 % interval', () => {
    const few = sampleVariant('native', 150);
    const text = textOf(sampleScenario('few', [{ ...few, rounds: few.rounds.slice(0, 3) }]));
    assert.match(text, /\[…\] is the range of 3 rounds/);
  });

  test('shows no percentiles where no call was recorded', () => {
    const zero = { min: 0, p50: 0, p75: 0, p90: 0, p95: 0, p99: 0, p999: 0, p9999: 0 };
    const latencyNs = { ...zero, max: 0, mean: 0, stddev: 0 };
    const text = textOf(sampleScenario('empty', [sampleVariant('native', 150, { latencyNs })]));
    assert.match(text, / – +– +– +158 ns/);
  });

  test('sees a comparison from the other side when it was made that way', () => {
    const scenario = sampleScenario('turned', [
      sampleVariant('direct', 50),
      sampleVariant('native', 200),
    ]);
    const turned = scenario.comparisons.filter(({ baseline }) => baseline === 'native');
    const text = textOf({ ...scenario, comparisons: turned });
    assert.match(text, /native .* ÷4\.00 \[3\.88–4\.12\]/);
  });

  test('cannot be hijacked by a name or a message', () => {
    for (const name of HOSTILE_NAMES) {
      const record = sampleRecord({
        validity: { verdict: 'invalid', reasons: [name] },
        scenarios: [
          sampleScenario(
            name,
            [sampleVariant(name, 100, { failed: 1, errors: { [name]: 1 }, firstFailure: name })],
            {
              thresholds: [
                { expression: name, metric: 'p99', variant: name, observed: 1, passed: false },
              ],
            },
          ),
        ],
      });
      const text = renderRunText(record);
      assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      const lines = text.split('\n');
      // What follows a slash is the name of a case and has a line of its own.
      if (name.indexOf('/') > 0) lines.splice(2, 1);
      const [title, header, row, legend] = lines;
      assert.match(title ?? '', /closed loop, 2 in flight/);
      assert.match(header ?? '', /^variant/);
      assert.match(row ?? '', / ¹ +10\.0M \[/);
      assert.match(legend ?? '', /^CPU and alloc/);
    }
  });
});
