import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ToolrigError } from '../../../../src/core/errors.ts';
import { ChildEntry } from '../../../../src/runtime/supervision/child-entry.ts';
import { checkSpec } from '../../../../src/runtime/supervision/child-spec.ts';
import { RestartWindow } from '../../../../src/runtime/supervision/restart-window.ts';
import type { RunningChild } from '../../../../src/runtime/supervision/running-child.ts';
import type {
  Effect,
  StartOutcome,
  Steps,
  Verdict,
} from '../../../../src/runtime/supervision/steps.ts';
import { SupervisorCore } from '../../../../src/runtime/supervision/supervisor-core.ts';
import {
  type ModelOptions,
  type ModelOutcome,
  type ModelReason,
  type ModelSpec,
  OtpModel,
} from '../../../helpers/otp-model.ts';

/** Drives a {@link SupervisorCore} by a loop, with the model's outcomes in place of effects. */
class Subject {
  readonly log: string[] = [];
  readonly core: SupervisorCore;
  readonly tryAgains: ChildEntry[] = [];
  hasEnded = false;
  readonly #options: ModelOptions;
  readonly #nextOutcome: () => ModelOutcome;
  /** Incarnations that were stopped, whose ends arrive late. */
  readonly #stopped: RunningChild[] = [];

  constructor(options: ModelOptions, nextOutcome: () => ModelOutcome) {
    const { strategy, autoShutdown, maxRestarts, windowMs } = options;
    this.#options = options;
    this.#nextOutcome = nextOutcome;
    this.core = new SupervisorCore(
      strategy,
      autoShutdown,
      new RestartWindow({ maxRestarts, windowMs }),
    );
  }

  init(specs: readonly ModelSpec[]): void {
    const failure = this.#drive(this.core.begin(specs.map((spec) => this.entry(spec))));
    if (failure !== undefined) this.hasEnded = true;
  }

  entry(spec: ModelSpec): ChildEntry {
    const start = (): 'ignore' => 'ignore'; // nobody calls it: there are no effects here
    return new ChildEntry(checkSpec({ ...spec, start }, this.#options.autoShutdown), start);
  }

  exit(id: string, reason: ModelReason, nowMs: number): void {
    const child = this.core.entries.find(({ spec }) => spec.id === id)?.child;
    if (child !== undefined) this.#obey(this.core.onExit(child, reason, nowMs));
  }

  /** The end of one that was stopped must change nothing. */
  lateExit(nowMs: number): void {
    const child = this.#stopped.shift();
    if (child !== undefined) this.#obey(this.core.onExit(child, 'boom', nowMs));
  }

  tryAgain(nowMs: number): void {
    const entry = this.tryAgains.shift();
    if (entry !== undefined) this.#obey(this.core.tryAgain(entry, nowMs));
  }

  ask(steps: () => Steps<StartOutcome | void>): string {
    try {
      const outcome = this.#drive(steps());
      return outcome?.kind === 'failed' ? 'error' : 'ok';
    } catch (error) {
      assert.ok(error instanceof ToolrigError);
      const data = error.data as { isRunning?: boolean; status?: string };
      if (error.code === 'ERR_CHILD_NOT_FOUND') return 'not_found';
      if (error.code === 'ERR_CHILD_RUNNING') return String(data.status);
      assert.equal(error.code, 'ERR_CHILD_EXISTS');
      return data.isRunning === true ? 'already_started' : 'already_present';
    }
  }

  which(): string[] {
    return this.core.entries
      .map(({ spec, child, isRestarting }) => {
        const pid = child !== undefined ? 'alive' : isRestarting ? 'restarting' : 'undefined';
        return `${spec.id} ${pid}`;
      })
      .toReversed();
  }

  #obey(decision: Steps<Verdict>): void {
    const verdict = this.#drive(decision);
    if (verdict.kind === 'try-again') this.tryAgains.push(verdict.entry);
    if (verdict.kind !== 'give-up') return;
    this.#drive(this.core.end());
    this.hasEnded = true;
  }

  #drive<T>(steps: Steps<T>): T {
    let outcome: StartOutcome | undefined;
    for (;;) {
      const step = steps.next(outcome);
      if (step.done === true) return step.value;
      outcome = this.#perform(step.value);
    }
  }

  #perform(effect: Effect): StartOutcome | undefined {
    if (effect.kind === 'stop') {
      for (const { spec, child } of effect.entries) {
        assert.ok(child !== undefined);
        this.log.push(`stop ${spec.id}`);
        this.#stopped.push(child);
      }
      return undefined;
    }
    const outcome = this.#nextOutcome();
    this.log.push(`start ${effect.entry.spec.id}: ${outcome}`);
    if (outcome === 'error') return { kind: 'failed', error: 'nope' };
    if (outcome === 'ignore') return { kind: 'ignored' };
    return { kind: 'running', child: inertChild() };
  }
}

function inertChild(): RunningChild {
  return { exited: new Promise(() => {}), shutdown() {}, kill() {} };
}

const IDS = ['a', 'b', 'c', 'd', 'e'];
const id = fc.constantFrom(...IDS);
const reason = fc.constantFrom<ModelReason>('normal', 'shutdown', 'boom', 'killed', {
  shutdown: 'x',
});

const commands = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('exit' as const), id, reason }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('try-again' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('late-exit' as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1, 50, 100) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constantFrom('terminate' as const, 'restart' as const, 'delete' as const),
        id,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('start' as const),
        id,
        restart: fc.constantFrom('permanent' as const, 'transient' as const, 'temporary' as const),
        significant: fc.boolean(),
      }),
    },
  ),
  { minLength: 1, maxLength: 40 },
);

const scenario = fc.record({
  options: fc.record({
    strategy: fc.constantFrom('one_for_one', 'one_for_all', 'rest_for_one'),
    autoShutdown: fc.constantFrom('never', 'any_significant', 'all_significant'),
    maxRestarts: fc.nat(12),
    windowMs: fc.constantFrom(50, 100),
  }) satisfies fc.Arbitrary<ModelOptions>,
  specs: fc.uniqueArray(
    fc.record({
      id,
      restart: fc.constantFrom('permanent', 'transient', 'temporary'),
      significant: fc.boolean(),
    }) satisfies fc.Arbitrary<ModelSpec>,
    { selector: (spec) => spec.id, minLength: 2, maxLength: 5 },
  ),
  outcomes: fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constant<ModelOutcome>('ok') },
      { weight: 3, arbitrary: fc.constant<ModelOutcome>('error') },
      { weight: 1, arbitrary: fc.constant<ModelOutcome>('ignore') },
    ),
    { minLength: 1, maxLength: 30 },
  ),
  startsWell: fc.integer({ min: 0, max: 9 }).map((digit) => digit > 0),
  commands,
});

/** What a supervisor would refuse, made acceptable. */
function permitted(spec: ModelSpec, { autoShutdown }: ModelOptions): ModelSpec {
  const mayBeSignificant = autoShutdown !== 'never' && spec.restart !== 'permanent';
  return { ...spec, significant: spec.significant && mayBeSignificant };
}

/** The n-th start succeeds or fails as the n-th of `outcomes`; those beyond succeed. */
function supply(outcomes: readonly ModelOutcome[]): () => ModelOutcome {
  let next = 0;
  return () => outcomes[next++] ?? 'ok';
}

describe('SupervisorCore', () => {
  test('decides as a naive copy of supervisor.erl, whatever happens in whichever order', () => {
    const seen = { gaveUp: 0, restarted: 0, retried: 0 };
    fc.assert(
      fc.property(scenario, ({ options, specs, startsWell, commands: given, ...rest }) => {
        const outcomes = [
          ...specs.map(() => 'ok' as const).slice(startsWell ? 0 : 1),
          ...rest.outcomes,
        ];
        const model = new OtpModel(options, supply(outcomes));
        const subject = new Subject(options, supply(outcomes));
        const first = specs.map((spec) => permitted(spec, options));
        let nowMs = 0;
        model.init(first);
        subject.init(first);
        for (const command of given) {
          assert.deepEqual(subject.log, model.log);
          assert.equal(subject.hasEnded, model.hasEnded);
          if (model.hasEnded) break;
          assert.deepEqual(subject.which(), model.which());
          assert.deepEqual(
            subject.tryAgains.map(({ spec }) => spec.id),
            model.casts,
          );
          switch (command.kind) {
            case 'wait':
              nowMs += command.ms;
              break;
            case 'exit':
              model.exit(command.id, command.reason, nowMs);
              subject.exit(command.id, command.reason, nowMs);
              break;
            case 'late-exit':
              subject.lateExit(nowMs);
              break;
            case 'try-again':
              if (model.casts.length > 0) seen.retried++;
              model.tryAgain(nowMs);
              subject.tryAgain(nowMs);
              break;
            case 'start': {
              const spec = permitted(command, options);
              const added = { id: spec.id, restart: spec.restart, significant: spec.significant };
              assert.equal(
                subject.ask(() => subject.core.startChild(subject.entry(added))),
                model.startChild(added),
              );
              break;
            }
            case 'terminate':
              assert.equal(
                subject.ask(() => subject.core.terminateChild(command.id)),
                model.terminateChild(command.id),
              );
              break;
            case 'restart':
              assert.equal(
                subject.ask(() => subject.core.restartChild(command.id)),
                model.restartChild(command.id),
              );
              break;
            case 'delete':
              assert.equal(
                subject.ask(() => deleting(subject.core, command.id)),
                model.deleteChild(command.id),
              );
              break;
          }
        }
        assert.deepEqual(subject.log, model.log);
        assert.equal(subject.hasEnded, model.hasEnded);
        if (model.hasEnded) seen.gaveUp++;
        if (model.log.length > first.length) seen.restarted++;
      }),
      { numRuns: 1_500 },
    );
    // The cases went where it matters.
    assert.ok(
      seen.gaveUp > 100 && seen.restarted > 500 && seen.retried > 100,
      JSON.stringify(seen),
    );
  });
});

function deleting(core: SupervisorCore, childId: string): Steps<void> {
  core.deleteChild(childId);
  return (function* (): Steps<void> {})();
}
