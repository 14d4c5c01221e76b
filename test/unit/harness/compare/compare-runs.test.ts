import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  comparableRuns,
  comparableVariants,
} from '../../../../src/harness/compare/compare-runs.ts';
import { compareSuite } from '../../../../src/harness/compare/suite.ts';
import type { RunRecord, VariantRecord } from '../../../../src/harness/results/run-record.ts';
import { seededRandom } from '../../../../src/harness/stats/random.ts';
import { roundsOf } from '../../../helpers/rounds.ts';
import {
  openRecord,
  sampleRecord,
  sampleScenario,
  sampleVariant,
} from '../../../helpers/sample-record.ts';
import { swingingTimes } from '../../../helpers/swinging-times.ts';

/** Eight rounds around a time per call. */
function variant(name: string, nsPerCall: number, overrides: Partial<VariantRecord> = {}) {
  const rounds = [1, 1.01, 0.99, 1.005, 0.995, 1.002, 0.998, 1].map((each) => each * nsPerCall);
  return sampleVariant(name, nsPerCall, { rounds: roundsOf(rounds), clockReadNs: 5, ...overrides });
}

function run(
  runId: string,
  variants: readonly VariantRecord[],
  overrides: Partial<RunRecord> = {},
) {
  const [first] = variants;
  return sampleRecord({
    runId,
    validity: { verdict: 'valid', reasons: [] },
    scenarios: [
      sampleScenario('calculator', variants, {
        twin: { variant: first?.variant ?? '', rounds: first?.rounds ?? [] },
      }),
    ],
    ...overrides,
  });
}

const base = run('run-a', [variant('native', 200), variant('json', 6_000)]);

describe('comparableRuns', () => {
  test('says what succeeds in the baseline and fails in the candidate, unless its thresholds allow it', () => {
    const failing = variant('native', 200, { failed: 3 });
    const brokenIn = (one: RunRecord, two: RunRecord) => comparableRuns(one, two).broken;
    const candidate = run('run-b', [failing, variant('json', 6_000)]);
    assert.deepEqual(brokenIn(base, candidate), [
      'calculator on native: calls failed in the candidate',
    ]);
    assert.deepEqual(brokenIn(candidate, base), []);
    assert.deepEqual(brokenIn(candidate, { ...candidate, runId: 'run-c' }), []);
    const [scenario] = candidate.scenarios;
    assert.ok(scenario !== undefined);
    const withOutcome = (passed: boolean) => {
      const outcome = {
        expression: 'errors < 1%',
        metric: 'errors',
        variant: 'native',
        observed: 0.001,
      };
      return { ...candidate, scenarios: [{ ...scenario, thresholds: [{ ...outcome, passed }] }] };
    };
    assert.deepEqual(brokenIn(base, withOutcome(true)), []);
    assert.equal(brokenIn(base, withOutcome(false)).length, 1);
    const silent = run('run-b', [variant('native', 200, { succeeded: 0, failed: 3 })]);
    assert.match(brokenIn(base, silent)[0] ?? '', /native: no call succeeded in the candidate$/);
    const { broken } = comparableVariants(candidate, ['json', 'native']);
    assert.deepEqual(broken, ['calculator on native: calls failed in the candidate']);
  });

  test('has no verdict on a server that load was pointed at beside services of the same name', () => {
    const command = 'toolrig load http://127.0.0.1:3000/mcp --tool calculator';
    const [pointed, again] = ['b', 'c'].map((id) =>
      run(`run-${id}`, [variant('native', 240)], { command }),
    );
    assert.ok(pointed !== undefined && again !== undefined);
    const doubtsOf = (one: RunRecord, two: RunRecord) =>
      comparableRuns(one, two).subjects.map(({ doubt }) => doubt);
    assert.match(doubtsOf(base, pointed)[0] ?? '', /^one run is of a server that toolrig load/);
    assert.deepEqual(doubtsOf(pointed, again), [undefined]);
  });

  test('sets each variant of a run against the same one of another, unpaired', () => {
    const candidate = run('run-b', [variant('native', 240), variant('json', 6_000)]);
    const { subjects } = comparableRuns(base, candidate);
    assert.deepEqual(
      subjects.map((each) => [each.scenario, each.variant, each.pairing, each.doubt]),
      [
        ['calculator', 'native', 'unpaired', undefined],
        ['calculator', 'json', 'unpaired', undefined],
      ],
    );
    const [native, json] = compareSuite(subjects, { metrics: ['p50'] });
    assert.deepEqual(
      [native, json].map((each) => each?.metrics[0]?.verdict),
      ['regressed', 'unchanged'],
    );
  });

  test('says that runs of different times carry what the machine did, and a process its luck', () => {
    const [times, luck] = comparableRuns(base, base).warnings;
    assert.match(times ?? '', /different times/);
    assert.match(luck ?? '', /share its luck/);
  });

  test('doubts a run beside itself: it cannot differ', () => {
    assert.equal(comparableRuns(base, base).subjects[0]?.doubt, 'both are the same run');
  });

  test('takes a ramp and a constant rate of the same mean for different loads', () => {
    const one = { ...openRecord(), runId: 'one' };
    const ramp = { durationMs: 5_000, fromPerSecond: 0, toPerSecond: 200 };
    const scenarios = one.scenarios.map((each) =>
      each.arrivals === undefined
        ? each
        : { ...each, arrivals: { ...each.arrivals, stages: [ramp] } },
    );
    const [subject] = comparableRuns(one, { ...one, runId: 'two', scenarios }).subjects;
    assert.match(subject?.doubt ?? '', /the loads differ: .* at 100\/s, .* at 5000ms@0-200,/);
  });

  test('takes calls from one thread and from several for different loads', () => {
    const one = { ...openRecord(), runId: 'one' };
    const scenarios = one.scenarios.map((each) =>
      each.arrivals === undefined ? each : { ...each, arrivals: { ...each.arrivals, workers: 3 } },
    );
    const [subject] = comparableRuns(one, { ...one, runId: 'two', scenarios }).subjects;
    assert.match(subject?.doubt ?? '', /the loads differ: .*, constant and .* from 3 threads$/);
  });

  test('takes another payload under the same name, and other trouble, for another load', () => {
    const doubtsOf = (change: Partial<RunRecord['scenarios'][number]>) => {
      const scenarios = base.scenarios.map((each) => ({ ...each, ...change }));
      return comparableRuns(base, { ...base, runId: 'run-b', scenarios }).subjects[0]?.doubt;
    };
    assert.match(
      doubtsOf({ payloadBytes: 4_096 }) ?? '',
      /the loads differ: .* in flight, 4096 B$/,
    );
    const chaos = { fault: null, expected: [], quietMs: 1, restMs: 1 };
    assert.match(doubtsOf({ chaos }) ?? '', /services were not troubled alike/);
    assert.equal(doubtsOf({}), undefined);
  });

  test('warns where another toolrig measured the candidate', () => {
    const tool = { ...base.tool, version: '9.0.0' };
    const warnings = (other: RunRecord) => comparableRuns(base, other).warnings.join('\n');
    assert.match(warnings({ ...base, tool }), /by toolrig \S+ and the candidate by 9\.0\.0: the/);
    assert.doesNotMatch(warnings({ ...base, runId: 'run-b' }), /was measured by/);
  });

  test('doubts runs of different environments, and names what differs', () => {
    const environment = { ...base.environment, fingerprint: 'other', node: '22.1.0' };
    const [subject] = comparableRuns(base, { ...base, environment }).subjects;
    assert.equal(subject?.doubt, 'the environments differ: node 20.20.2 and 22.1.0');
  });

  test('doubts a run that is invalid or suspect, calls that failed, and another load', () => {
    for (const verdict of ['invalid', 'suspect'] as const) {
      const other = { ...base, validity: { verdict, reasons: [] } };
      assert.equal(comparableRuns(base, other).subjects[0]?.doubt, `run run-a is ${verdict}`);
    }
    const failing = run('run-b', [variant('native', 200, { failed: 3 })]);
    assert.equal(comparableRuns(base, failing).subjects[0]?.doubt, 'calls failed');
    const dropping = run('run-b', [variant('native', 200, { dropped: 3 })]);
    assert.equal(comparableRuns(base, dropping).subjects[0]?.doubt, 'calls were dropped');
    const [scenario] = base.scenarios;
    assert.ok(scenario !== undefined);
    const other = { ...base, scenarios: [{ ...scenario, concurrency: 9 }] };
    assert.equal(
      comparableRuns(base, other).subjects[0]?.doubt,
      'the loads differ: closed loop, 2 × 1 in flight and closed loop, 9 × 1 in flight',
    );
    const thinking = (thinkTime: 'fixed' | 'exponential') => ({
      ...base,
      scenarios: [{ ...scenario, thinkMs: 5, thinkTime }],
    });
    assert.match(
      comparableRuns(thinking('fixed'), thinking('exponential')).subjects[0]?.doubt ?? '',
      /5 ms of thought and .*5 ms of thought on average, exponential$/,
    );
  });

  test('takes failures that a scenario expects for none', () => {
    const troubled = run('run-b', [variant('native', 200, { failed: 3, failedAsExpected: 3 })]);
    assert.equal(comparableRuns(base, troubled).subjects[0]?.doubt, undefined);
  });

  test('says what only one of the runs has, and what is suspect about them', () => {
    const candidate = run('run-b', [variant('native', 200), variant('stdio', 9e5)], {
      validity: { verdict: 'suspect', reasons: ['it rained'] },
    });
    const { missing, warnings } = comparableRuns(base, candidate);
    assert.deepEqual(missing, ['only run run-a has calculator on json']);
    assert.deepEqual(warnings.slice(2), [
      'run run-b is suspect: it rained',
      'only run run-b has calculator on stdio',
    ]);
    const empty = { ...base, scenarios: [] };
    assert.deepEqual(comparableRuns(base, empty).missing, ['only run run-a has calculator']);
  });

  test('takes what the candidate lacks for a warning where it may', () => {
    const candidate = run('run-b', [variant('native', 200)]);
    const { missing, warnings } = comparableRuns(base, candidate, { missing: 'allow' });
    assert.deepEqual(missing, []);
    assert.deepEqual(warnings.slice(2), ['only run run-a has calculator on json']);
  });

  test('misses nothing that was not chosen', () => {
    const candidate = run('run-b', [variant('native', 200)]);
    assert.deepEqual(comparableRuns(base, candidate, { variants: ['native'] }).missing, []);
  });

  test('judges percentiles by the slower clock of the two', () => {
    const candidate = run('run-b', [variant('native', 240, { clockReadNs: 24 })]);
    assert.equal(comparableRuns(base, candidate).subjects[0]?.clockReadNs, 24);
  });

  test('keeps to what was chosen; a scenario stands for its cases', () => {
    const [scenario] = base.scenarios;
    assert.ok(scenario !== undefined);
    const cases = ['sweep/64B', 'sweep/1MiB', 'sweeper'].map((name) => ({ ...scenario, name }));
    const many = { ...base, scenarios: cases };
    const { subjects } = comparableRuns(many, many, { scenarios: ['sweep'], variants: ['json'] });
    assert.deepEqual(
      subjects.map(({ scenario: name, variant: way }) => `${name} ${way}`),
      ['sweep/64B json', 'sweep/1MiB json'],
    );
  });

  test('takes the noise floor of the noisier run, and none where one of them has none', () => {
    const [scenario] = base.scenarios;
    assert.ok(scenario !== undefined);
    const twin = { variant: 'native', rounds: roundsOf([210, 190, 205, 195, 210, 190, 205, 195]) };
    const noisy = { ...base, scenarios: [{ ...scenario, twin }] };
    const { twin: _twin, ...alone } = scenario;
    const blind = { ...base, scenarios: [alone] };
    const floor = (one: RunRecord, two: RunRecord) =>
      comparableRuns(one, two).subjects[0]?.noiseFloors.p50;
    assert.equal(floor(base, base), 0);
    assert.ok((floor(base, noisy) ?? 0) > 0.03);
    assert.equal(floor(base, noisy), floor(noisy, base));
    assert.equal(floor(base, blind), undefined);
  });
});

describe('comparableVariants', () => {
  test('pairs two variants of one run by round, where a scenario has both', () => {
    const [scenario] = base.scenarios;
    assert.ok(scenario !== undefined);
    const lone = sampleScenario('lone', [variant('native', 200)]);
    const record = { ...base, scenarios: [scenario, lone] };
    const { subjects, warnings } = comparableVariants(record, ['native', 'json']);
    assert.deepEqual(
      subjects.map(({ scenario: name, variant: pair, pairing }) => [name, pair, pairing]),
      [['calculator', 'native → json', 'paired']],
    );
    assert.equal(warnings.length, 1);
    const [comparison] = compareSuite(subjects, { metrics: ['throughput'] });
    const [figures] = comparison?.metrics ?? [];
    assert.equal(figures?.verdict, 'regressed');
    assert.ok(Math.abs((figures?.ratio ?? 0) - 200 / 6_000) < 1e-9);
  });

  test('concludes nothing from CPU that is of other processes on either side', () => {
    const record = run('run-a', [
      variant('http', 200, { usageOf: 'caller' }),
      variant('stdio', 900),
    ]);
    const { subjects } = comparableVariants(record, ['http', 'stdio']);
    const [comparison] = compareSuite(subjects, { metrics: ['cpuNsPerCall', 'throughput'] });
    const [cpu, throughput] = comparison?.metrics ?? [];
    assert.equal(cpu?.verdict, 'inconclusive');
    assert.match(cpu?.reason ?? '', /the caller's alone/);
    assert.equal(throughput?.verdict, 'regressed');
  });

  test('warns of ratios of rounds that depend on those before', () => {
    const swing = swingingTimes(40, 0.95, seededRandom(2));
    const warningsOf = (one: number[], two: number[]) =>
      comparableVariants(
        run('run-a', [
          variant('native', 200, { rounds: roundsOf(one) }),
          variant('json', 200, { rounds: roundsOf(two) }),
        ]),
        ['native', 'json'],
      ).warnings.slice(1);
    const even = swing.map(() => 200);
    assert.match(
      warningsOf(swing, even)[0] ?? '',
      /^calculator on native → json: the ratios of rounds/,
    );
    // What slows both leaves their ratio as it is.
    assert.deepEqual(
      warningsOf(
        swing,
        swing.map((ns) => ns * 2),
      ),
      [],
    );
  });

  test('doubts an invalid run; a suspect one was so for both variants', () => {
    const doubt = (verdict: 'invalid' | 'suspect') => {
      const record = { ...base, validity: { verdict, reasons: [] } };
      return comparableVariants(record, ['native', 'json']).subjects[0]?.doubt;
    };
    assert.equal(doubt('invalid'), 'run run-a is invalid');
    assert.equal(doubt('suspect'), undefined);
  });
});
