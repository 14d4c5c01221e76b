import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ToolrigError } from '../../../src/core/errors.ts';
import { defineScenario, type ScenarioSpec } from '../../../src/harness/load/scenario.ts';
import type { Target, Variant } from '../../../src/harness/load/target.ts';
import { type RunOptions, runScenarios } from '../../../src/harness/run.ts';
import { mortalTarget, numberedEcho } from '../../helpers/chaos-target.ts';
import { argumentOf, echoCase, echoOperation, echoTarget } from '../../helpers/fake-target.ts';
import { sampleRecord } from '../../helpers/sample-record.ts';

const LOAD = { concurrency: 1, calls: 20, rounds: 5, warmupMs: 1 };

function scenario(overrides: Partial<ScenarioSpec> = {}) {
  const operations = overrides.cases === undefined ? { operations: [echoOperation()] } : {};
  return defineScenario({
    name: 'mine',
    description: 'Echoes',
    services: {},
    ...operations,
    load: LOAD,
    ...overrides,
  });
}

/** A variant of echo targets that says what became of them. */
class Watched implements Variant {
  readonly name: string;
  opened = 0;
  closed = 0;
  readonly #overrides: Partial<Target>;

  constructor(name: string, overrides: Partial<Target> = {}) {
    this.name = name;
    this.#overrides = overrides;
  }

  async open(): Promise<Target> {
    this.opened++;
    const close = async () => void this.closed++;
    return echoTarget({ close, ...this.#overrides });
  }
}

function unopenable(name: string): Variant {
  return {
    name,
    open: () => Promise.reject(new ToolrigError('ERR_TARGET', 'it does not start')),
  };
}

function options(overrides: Partial<RunOptions> = {}): RunOptions {
  return {
    runId: 'run-1',
    tool: { name: 'toolrig', version: '0' },
    command: 'toolrig bench',
    environment: sampleRecord().environment,
    load: {},
    seed: 1,
    signal: new AbortController().signal,
    onProgress: () => {},
    measureCost: async () => ({ clockReadNs: 30, harnessNsPerCall: 60 }),
    ...overrides,
  };
}

describe('runScenarios', () => {
  test('records every case on every variant, and closes what it opened', async () => {
    const variants = [new Watched('native'), new Watched('json')];
    const cases = [echoCase({ name: 'small', payloadBytes: 64 }), echoCase({ name: 'big' })];
    const doneRatios: number[] = [];
    const { record, intervalLogs } = await runScenarios(
      [{ scenario: scenario({ cases }), variants }],
      options({ onProgress: ({ doneRatio }) => void doneRatios.push(doneRatio) }),
    );
    const counts = record.scenarios.map(({ name, payloadBytes, variants: records }) => [
      name,
      payloadBytes,
      ...records.map(({ variant, calls, succeeded }) => `${variant} ${succeeded}/${calls}`),
    ]);
    assert.deepEqual(counts, [
      ['mine/small', 64, 'native 20/20', 'json 20/20'],
      ['mine/big', null, 'native 20/20', 'json 20/20'],
    ]);
    assert.deepEqual([...intervalLogs.keys()], ['mine/small', 'mine/big']);
    assert.deepEqual([record.runId, record.command], ['run-1', 'toolrig bench']);
    for (const { opened, closed } of variants) assert.deepEqual([opened, closed], [1, 1]);
    assert.deepEqual(
      doneRatios,
      doneRatios.toSorted((a, b) => a - b),
    );
    assert.ok(doneRatios.every((ratio) => ratio >= 0 && ratio <= 1));
  });

  test('says where it is, and at any time what has been measured so far', async () => {
    const cases = [echoCase({ name: 'small' }), echoCase({ name: 'big' })];
    const planned = {
      scenario: scenario({ cases, load: { ...LOAD, rounds: 2 } }),
      variants: [new Watched('native')],
    };
    let soFar: Parameters<NonNullable<RunOptions['onBegun']>>[0] | undefined;
    const steps: string[] = [];
    const kept: unknown[] = [];
    await runScenarios(
      [planned],
      options({
        onBegun(tell) {
          soFar = tell;
        },
        onStep(where) {
          if (steps.at(-1) !== where) steps.push(where);
          if (!/opening|preflight/.test(where)) return;
          const result = soFar?.(new ToolrigError('ERR_TARGET', 'the end'));
          const names = result?.record.scenarios.map(({ name }) => name);
          kept.push(
            names === undefined ? 'nothing' : [names, result?.record.validity.reasons.at(-1)],
          );
        },
      }),
    );
    assert.deepEqual(steps, [
      "scenario 'mine', the opening of variant 'native'",
      "scenario 'mine/small', variant 'native' in its preflight",
      "scenario 'mine/small', variant 'native' in its warm-up",
      "scenario 'mine/small', variant 'native' in round 1",
      "scenario 'mine/small', variant 'native' in round 2",
      "scenario 'mine/big', variant 'native' in its preflight",
      "scenario 'mine/big', variant 'native' in its warm-up",
      "scenario 'mine/big', variant 'native' in round 1",
      "scenario 'mine/big', variant 'native' in round 2",
    ]);
    assert.deepEqual(kept, [
      'nothing',
      'nothing',
      [['mine/small'], 'the run ended early: the end'],
    ]);
  });

  test('asks all variants the same things in the same order, as the seed has it', async () => {
    const asked = async (seed: number) => {
      const seen: [unknown[], unknown[]] = [[], []];
      const variants = seen.map((log, index) => {
        const invoke = async (params: unknown) => {
          log.push(argumentOf(params));
          return argumentOf(params);
        };
        return new Watched(`v${index}`, { prepare: () => invoke });
      });
      variants.push(new Watched('native')); // the reference, which makes calls as its own twin too
      const operations = [echoOperation({ input: (random) => random() })];
      await runScenarios([{ scenario: scenario({ operations }), variants }], options({ seed }));
      const [one, other] = seen;
      assert.deepEqual(one.slice(-4), other.slice(-4));
      return one.slice(-4);
    };
    const first = await asked(1);
    assert.deepEqual(await asked(1), first);
    assert.notDeepEqual(await asked(2), first);
  });

  test('lets no failed call pass, unless a threshold on errors allows it', async () => {
    const prepare = () => {
      let calls = 0;
      return async (params: unknown) => (++calls % 7 === 0 ? 'other' : argumentOf(params));
    };
    const run = async (thresholds: string[]) => {
      const { record } = await runScenarios(
        [{ scenario: scenario(), variants: [new Watched('native', { prepare })] }],
        options({ thresholds }),
      );
      return record.scenarios[0]?.thresholds.map(({ expression, passed }) => [expression, passed]);
    };
    assert.deepEqual(await run([]), [['errors <= 0%', false]]);
    assert.deepEqual(await run(['p99 < 10s']), [
      ['p99 < 10s', true],
      ['errors <= 0%', false],
    ]);
    assert.deepEqual(await run(['native.errors <= 50%']), [['native.errors <= 50%', true]]);
  });

  test('leaves it to the objective of a search how many calls may fail', async () => {
    const prepare = () => {
      let calls = 0;
      return async (params: unknown) => (++calls % 2 === 0 ? 'other' : argumentOf(params));
    };
    const slo = 'p99 < 10s, errors < 60%';
    const load = { ratePerSecond: 'max' as const, slo, durationMs: 30, warmupMs: 1 };
    const { record } = await runScenarios(
      [{ scenario: scenario({ load }), variants: [new Watched('native', { prepare })] }],
      options(),
    );
    const [found] = record.scenarios;
    assert.ok((found?.variants[0]?.failed ?? 0) > 0);
    assert.deepEqual(found?.thresholds, []);
  });

  test('still lets no failed call pass on variants that a threshold on errors does not name', async () => {
    const variants = [new Watched('native'), new Watched('json')];
    const { record } = await runScenarios(
      [{ scenario: scenario({ thresholds: ['native.errors <= 100%'] }), variants }],
      options(),
    );
    assert.deepEqual(
      record.scenarios[0]?.thresholds.map(({ expression }) => expression),
      ['native.errors <= 100%', 'json.errors <= 0%'],
    );
  });

  test('refuses thresholds, loads and sizes that make no sense before anything starts', async () => {
    const variant = new Watched('native');
    const wrong: readonly (readonly [Partial<ScenarioSpec>, Partial<RunOptions>, RegExp])[] = [
      [{}, { thresholds: ['json.p99 < 5ms'] }, /variant 'json' is not in this run/],
      [{ thresholds: ['p98 < 5ms'] }, {}, /no metric 'p98'/],
      [{}, { payloadBytes: [64] }, /has no payload sizes/],
      [
        { cases: [echoCase({ name: 'a', payloadBytes: 1_024 })] },
        { payloadBytes: [64] },
        /There is: 1024/,
      ],
    ];
    for (const [spec, given, message] of wrong) {
      const sized = [echoCase({ name: 'a', payloadBytes: 64 })];
      const planned = [
        { scenario: scenario({ cases: sized }), variants: [variant] },
        { scenario: scenario(spec), variants: [variant] },
      ];
      const run = runScenarios(planned, options(given));
      await assert.rejects(run, { code: 'ERR_USAGE', message });
    }
    assert.equal(variant.opened, 0);
  });

  test('runs only the cases of the sizes asked for', async () => {
    const cases = [64, 1_024].map((payloadBytes) =>
      echoCase({ name: `${payloadBytes} B`, payloadBytes }),
    );
    const { record } = await runScenarios(
      [{ scenario: scenario({ cases }), variants: [new Watched('native')] }],
      options({ payloadBytes: [1_024] }),
    );
    assert.deepEqual(
      record.scenarios.map(({ name }) => name),
      ['mine/1024 B'],
    );
  });

  test('gives services a folder of their own, which is gone afterwards', async () => {
    let folder = '';
    let wasThere = false;
    const services = async (given: string) => {
      folder = given;
      await writeFile(join(given, 'data.txt'), 'x');
      return {};
    };
    const prepare = () => async (params: unknown) => {
      wasThere = existsSync(join(folder, 'data.txt'));
      return argumentOf(params);
    };
    const variants = [new Watched('native', { prepare })];
    await runScenarios([{ scenario: scenario({ services }), variants }], options());
    assert.ok(wasThere);
    assert.equal(existsSync(folder), false);
  });

  test('closes what is open and removes the folder when a variant does not open', async () => {
    const first = new Watched('native');
    let folder = '';
    const services = async (given: string) => {
      folder = given;
      return {};
    };
    const variants = [first, unopenable('stdio'), new Watched('http')];
    await assert.rejects(
      runScenarios([{ scenario: scenario({ services }), variants }], options()),
      { code: 'ERR_TARGET', message: 'it does not start' },
    );
    assert.deepEqual([first.opened, first.closed], [1, 1]);
    assert.notEqual(folder, '');
    assert.equal(existsSync(folder), false);
  });

  test('closes the others and removes the folder when one cannot be closed', async () => {
    const stuck = new Watched('native', { close: () => Promise.reject(new Error('stuck')) });
    const other = new Watched('json');
    let folder = '';
    const services = async (given: string) => {
      folder = given;
      return {};
    };
    const planned = [{ scenario: scenario({ services }), variants: [stuck, other] }];
    const { record } = await runScenarios(planned, options());
    assert.equal(record.scenarios.length, 1, 'what was measured is kept');
    assert.equal(other.closed, 1);
    assert.equal(existsSync(folder), false);
  });

  test('keeps what is complete when it is interrupted, and says so', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const variants = [new Watched('native'), new Watched('json')];
    const cases = ['a', 'b', 'c'].map((name) => echoCase({ name }));
    const { record } = await runScenarios(
      [{ scenario: scenario({ cases, thresholds: ['native.p99 < 10s'] }), variants }],
      options({
        signal,
        onProgress({ scenario: name, phase, variant }) {
          if (name === 'mine/b' && phase === 'measure' && variant === 'json') controller.abort();
        },
      }),
    );
    assert.deepEqual(
      record.scenarios.map(({ name, variants: records }) => [
        name,
        records.map((r) => r.rounds.length),
      ]),
      [
        ['mine/a', [5, 5]],
        ['mine/b', [1, 1]],
      ],
    );
    assert.ok(record.validity.reasons.includes('the run was interrupted'));
    assert.equal(variants[0]?.closed, 1);
  });

  test('says that a run which was interrupted at once measured nothing', async () => {
    const { record } = await runScenarios(
      [{ scenario: scenario(), variants: [new Watched('native')] }],
      options({ signal: AbortSignal.abort() }),
    );
    assert.deepEqual(record.scenarios, []);
    assert.equal(record.validity.verdict, 'invalid');
  });

  test("takes the load by hand over the scenario's, and a count in place of a time", async () => {
    const run = async (load: RunOptions['load'], own: ScenarioSpec['load']) => {
      const { record } = await runScenarios(
        [
          {
            scenario: scenario({ load: { warmupMs: 1, concurrency: 1, ...own } }),
            variants: [new Watched('native')],
          },
        ],
        options({ load }),
      );
      const [each] = record.scenarios;
      const [native] = each?.variants ?? [];
      return [each?.concurrency, each?.batch, native?.rounds.length, native?.calls];
    };
    assert.deepEqual(
      await run({ calls: 9, concurrency: 2 }, { durationMs: 60_000, rounds: 3 }),
      [2, 1, 3, 9],
    );
    // As many in flight, and in as many rounds, as so few calls are enough for.
    assert.deepEqual(await run({ calls: 2, batch: 4 }, { rounds: 3 }), [1, 2, 1, 2]);
    const [, , rounds, calls] = await run({ durationMs: 2 }, { calls: 1e9, rounds: 2 });
    assert.equal(rounds, 2);
    assert.ok((calls as number) < 1e9);
  });
});

describe('runScenarios with chaos', () => {
  const chaos = {
    fault: { kind: 'kill', services: ['echo'], everyMs: 10 },
    expected: ['ERR_SERVICE_EXIT'],
  } as const;
  const load = { concurrency: 2, durationMs: 60, warmupMs: 5 };

  /** A variant whose services come back after a few calls, or never when nobody supervises them. */
  function mortal(name: string): Variant & { readonly opened: string[] } {
    const opened: string[] = [];
    const open = async () => {
      opened.push('alone');
      return mortalTarget(3);
    };
    const openSupervised = async () => {
      opened.push('supervised');
      return mortalTarget(3);
    };
    const supervision = { survives: ['kill'] as const, open: openSupervised };
    return { name, open, supervision, opened };
  }

  test('opens services under a supervisor, and accounts for every call', async () => {
    const variant = mortal('native');
    // Long enough for a fault on a machine that stands still for a moment.
    const mine = scenario({
      operations: [numberedEcho()],
      chaos,
      load: { ...load, durationMs: 300 },
    });
    const { record } = await runScenarios([{ scenario: mine, variants: [variant] }], options());
    assert.deepEqual(variant.opened, ['supervised']);
    const [{ chaos: said, variants, thresholds, comparisons } = assert.fail()] = record.scenarios;
    assert.deepEqual(said?.fault, chaos.fault);
    assert.deepEqual(comparisons, [], 'variants that do not take turns are not compared');
    const [native = assert.fail()] = variants;
    assert.ok((native.crashes ?? 0) > 0);
    assert.equal(native.harnessNsPerCall, null);
    assert.equal(native.failed, native.failedAsExpected);
    assert.deepEqual(
      thresholds.map(({ expression, passed }) => [expression, passed]),
      [
        ['errors <= 0%', true],
        ['lost <= 0', true],
        ['answeredTwice <= 0', true],
        ['unrecovered <= 0', true],
      ],
    );
  });

  test('opens them alone where nothing breaks them, and compares over rounds', async () => {
    const variants = [mortal('native'), mortal('json')];
    const rounds = { ...load, rounds: 2 };
    const mine = scenario({ operations: [numberedEcho()], chaos: {}, load: rounds });
    const { record } = await runScenarios([{ scenario: mine, variants }], options());
    assert.deepEqual(
      variants.map(({ opened }) => opened),
      [['alone'], ['alone']],
    );
    assert.equal(record.scenarios[0]?.comparisons.length, 2);
  });

  test('fails the threshold on errors for a failure that is not expected', async () => {
    const unexpected = { fault: chaos.fault };
    const mine = scenario({
      operations: [numberedEcho()],
      chaos: unexpected,
      load: { ...load, durationMs: 300 },
    });
    const { record } = await runScenarios(
      [{ scenario: mine, variants: [mortal('native')] }],
      options(),
    );
    const errors = record.scenarios[0]?.thresholds.find(({ metric }) => metric === 'errors');
    assert.equal(errors?.passed, false);
  });

  test('is invalid when nothing befell the services', async () => {
    const late = { ...chaos, fault: { ...chaos.fault, everyMs: 60_000 } };
    const mine = scenario({ operations: [numberedEcho()], chaos: late, load });
    const { record } = await runScenarios(
      [{ scenario: mine, variants: [mortal('native')] }],
      options(),
    );
    assert.equal(record.validity.verdict, 'invalid');
  });

  test('starts nothing when a variant does not fit', async () => {
    const variant = new Watched('native');
    const mine = scenario({ operations: [numberedEcho()], chaos, load });
    await assert.rejects(runScenarios([{ scenario: mine, variants: [variant] }], options()), {
      code: 'ERR_USAGE',
    });
    assert.equal(variant.opened, 0);
  });

  test('records an open loop: what was to start, what came of it, and when', async () => {
    const variants = [new Watched('native'), new Watched('json')];
    const atRate = { ratePerSecond: 2_000, calls: 100, arrivals: 'poisson', warmupMs: 1 } as const;
    const { record, intervalLogs } = await runScenarios(
      [{ scenario: scenario({ load: {} }), variants }],
      options({ load: atRate }),
    );
    const [open] = record.scenarios;
    assert.deepEqual([open?.executor, open?.concurrency, open?.comparisons], ['open', 10_000, []]);
    assert.deepEqual(open?.arrivals, {
      process: 'poisson',
      ratePerSecond: 2_000,
      stages: [{ durationMs: 50, fromPerSecond: 2_000, toPerSecond: 2_000 }],
      maxInFlight: 10_000,
      workers: 1,
    });
    for (const variant of open?.variants ?? []) {
      assert.deepEqual([variant.calls, variant.succeeded, variant.dropped], [100, 100, 0]);
      assert.deepEqual([variant.rounds.length, variant.openLoop?.scheduled], [1, 100]);
      assert.equal(variant.harnessNsPerCall, null);
      const intervals = variant.openLoop?.intervals ?? [];
      assert.equal(
        intervals.reduce((sum, { calls }) => sum + calls, 0),
        100,
      );
      const { latencyNs, lagNs, serviceNs } = variant;
      assert.ok(latencyNs.max >= (serviceNs?.min ?? 0) && latencyNs.max >= (lagNs?.max ?? 0));
    }
    const text = intervalLogs.get('mine')?.get('native') ?? '';
    assert.deepEqual(
      ['response', 'service', 'lag'].filter((tag) => text.includes(`Tag=${tag},`)),
      ['response', 'service', 'lag'],
    );
  });

  test('refuses a rate where the load is not its own to make', async () => {
    const refused = async (variants: Variant[], spec: Partial<ScenarioSpec>, message: RegExp) => {
      const run = runScenarios(
        [{ scenario: scenario(spec), variants }],
        options({ load: { ratePerSecond: 10 } }),
      );
      await assert.rejects(run, { code: 'ERR_USAGE', message });
    };
    const drive = async () => 1;
    await refused([new Watched('driven', { drive })], {}, /variant 'driven' makes its load itself/);
    await refused([new Watched('native')], { chaos: {} }, /has chaos, .*neither a rate/);
  });
});
