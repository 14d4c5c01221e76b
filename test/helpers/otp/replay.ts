/**
 * Runs one scenario against our supervisor and writes down what happened, in the notation of the
 * traces.
 *
 * Time is real. A step has settled when nothing that was begun is left undone, except for children
 * that take their time to stop: those are given `LINGER_MS`.
 */

import { setImmediate, setTimeout } from 'node:timers/promises';
import {
  type ChildSpec,
  type ChildType,
  DynamicSupervisor,
  type Restart,
  type RunningChild,
  type Shutdown,
  type StartChild,
  type StartResult,
  Supervisor,
  type SupervisorInit,
  supervisorChild,
} from '../../../src/runtime/index.ts';
import {
  type Actor,
  type Behaviour,
  type MakeActor,
  type Outcome,
  toReason,
  toTerm,
} from './actor.ts';
import { callError, listedChild, startedChild, startLinkError } from './encode.ts';
import type { Scenario, ScenarioChild, ScenarioFlags, Step, Term, TraceEvent } from './scenario.ts';

const LINGER_MS = 40;
const QUIET_ROUNDS = 6;
/** The longest that a scenario may take, its own sleeps included. */
const SCENARIO_LIMIT_MS = 60_000;

/** A child of the scenario that runs, and how to make it end. */
interface Incarnation {
  readonly label: string;
  readonly child: RunningChild;
  readonly actor: Actor;
}

/** What the traces call a supervisor: it answers all operations, or refuses those of the other kind. */
type AnySupervisor = Supervisor | DynamicSupervisor<[string]>;

export interface Replayed {
  readonly trace: readonly TraceEvent[];
  readonly isAlive: boolean;
}

/** Rejects when the scenario cannot be run or does not end. */
export async function replay(scenario: Scenario, makeActor: MakeActor): Promise<Replayed> {
  const stage = new Stage(scenario, makeActor);
  const limit = new AbortController();
  const tooLong = setTimeout(SCENARIO_LIMIT_MS, undefined, { signal: limit.signal }).then(() => {
    throw new Error(`it has not ended after ${SCENARIO_LIMIT_MS} ms`);
  });
  try {
    return await Promise.race([stage.play(), tooLong]);
  } finally {
    limit.abort();
    tooLong.catch(() => {});
    stage.clear();
  }
}

class Stage {
  readonly #scenario: Scenario;
  readonly #makeActor: MakeActor;
  readonly #trace: TraceEvent[] = [];
  readonly #plans = new Map<string, Outcome[]>();
  readonly #behaviours = new Map<string, Behaviour>();
  readonly #startCounts = new Map<string, number>();
  /** The last incarnation of each id, and each by its label. */
  readonly #incarnations = new Map<string, Incarnation>();
  readonly #labels = new WeakMap<RunningChild, string>();
  /** Supervisors beneath the top, by id. */
  readonly #supervisors = new Map<string, AnySupervisor>();
  #top: AnySupervisor | undefined;
  #isAlive = false;
  /** Things begun that will end of themselves, and those of children that take their time. */
  #busyCount = 0;
  #lingerCount = 0;

  constructor(scenario: Scenario, makeActor: MakeActor) {
    this.#scenario = scenario;
    this.#makeActor = makeActor;
  }

  async play(): Promise<Replayed> {
    for (const step of this.#scenario.setup) this.#prepare(step);
    await this.#startTop();
    await this.#settle();
    if (this.#top !== undefined) {
      for (const step of this.#scenario.steps) {
        await this.#perform(step);
        await this.#settle();
      }
    }
    const { isAlive } = { isAlive: this.#isAlive };
    if (isAlive) {
      await this.#which('final');
      await this.#count();
    }
    return { trace: [...this.#trace], isAlive };
  }

  /** Leaves nothing running. */
  clear(): void {
    this.#top?.kill();
  }

  #prepare([operation, id, what]: Step): void {
    if (operation === 'plan') this.#plans.set(id as string, [...(what as Outcome[])]);
    else if (operation === 'behaviour') this.#behaviours.set(id as string, what as Behaviour);
    else throw new Error(`unknown step ${JSON.stringify(operation)}`);
  }

  async #startTop(): Promise<void> {
    const { flags, children, name } = this.#scenario;
    try {
      const started =
        flags === 'raw' ? await startRaw(name) : await this.#supervise(flags, children);
      if (started === 'ignore') {
        this.#tell('ret', 'start_link', 'ignore');
        return;
      }
      this.#top = started;
      this.#isAlive = true;
      void started.exited.then((reason) => {
        this.#isAlive = false;
        this.#tell('down', 'sup', toTerm(reason));
      });
      this.#tell('ret', 'start_link', 'ok');
    } catch (error) {
      this.#tell('ret', 'start_link', ['error', startLinkError(error, children)]);
    }
  }

  async #supervise(
    flags: ScenarioFlags,
    children: readonly ScenarioChild[],
  ): Promise<AnySupervisor> {
    if (flags.strategy !== 'simple_one_for_one') {
      return await Supervisor.start(
        children.map((child) => this.#spec(child)),
        optionsOf(flags),
      );
    }
    // Ours takes one template by its signature. OTP takes a list, of which it refuses all but one,
    // after it has looked at the flags.
    const isOne = children.length === 1;
    const { strategy: _, ...options } = optionsOf(flags);
    const supervisor = new DynamicSupervisor<[string]>(
      {
        ...this.#spec((isOne ? children[0] : undefined) ?? { id: 'none' }),
        start: (signal, id) => this.#startChild(id, signal),
      },
      options,
    );
    if (!isOne) throw new Error('bad_start_spec');
    return supervisor;
  }

  #spec(child: ScenarioChild): ChildSpec {
    const { id, restart, shutdown, type, significant } = child;
    const isStartMissing = this.#scenario.name.endsWith('missing_start');
    return {
      ...(id === undefined ? {} : { id }),
      ...(isStartMissing ? {} : { start: this.#startOf(child) }),
      ...(restart === undefined ? {} : { restart: restart as Restart }),
      ...(shutdown === undefined ? {} : { shutdown: shutdown as Shutdown }),
      ...(type === undefined ? {} : { type: type as ChildType }),
      ...(significant === undefined ? {} : { significant }),
    } as ChildSpec;
  }

  #startOf({ id = '', flags, children = [] }: ScenarioChild): StartChild {
    if (flags === undefined) return (signal) => this.#startChild(id, signal);
    const start =
      flags.strategy === 'simple_one_for_one'
        ? () => this.#supervise(flags, children)
        : supervisorChild(id, () => ({
            children: children.map((child) => this.#spec(child)),
            ...optionsOf(flags),
          })).start;
    return async (signal) => {
      const supervisor = (await start(signal)) as AnySupervisor;
      this.#supervisors.set(id, supervisor);
      this.#labels.set(supervisor, 'running');
      return supervisor;
    };
  }

  async #startChild(id: string, signal: AbortSignal): Promise<StartResult> {
    const n = (this.#startCounts.get(id) ?? 0) + 1;
    this.#startCounts.set(id, n);
    const outcome = this.#plans.get(id)?.shift() ?? 'ok';
    const behaviour = this.#behaviours.get(id) ?? 'obey';
    const actor = this.#makeActor(outcome, behaviour);
    this.#busyCount++;
    try {
      const child = await actor.start(signal);
      if (child === 'ignore') {
        this.#tell('start_ignored', id, n);
        return child;
      }
      const label = `${id}#${n}`;
      const info = Array.isArray(outcome) ? { info: outcome[1] as unknown } : {};
      const watched = this.#watch(child, label, behaviour, info);
      this.#labels.set(watched, label);
      const incarnation = { label, child: watched, actor };
      this.#incarnations.set(id, incarnation);
      this.#incarnations.set(label, incarnation);
      this.#tell('start', id, n);
      return watched;
    } catch (error) {
      this.#tell('start_failed', id, n, toTerm(error));
      throw error;
    } finally {
      this.#busyCount--;
    }
  }

  /** The child, with its end in the trace and its stops counted. */
  #watch(
    child: RunningChild,
    label: string,
    behaviour: Behaviour,
    info: { readonly info?: unknown },
  ): RunningChild {
    const exited = child.exited.then((reason) => {
      this.#tell('down', label, toTerm(reason));
      return reason;
    });
    return {
      exited,
      ...info,
      shutdown: (reason) => {
        if (behaviour === 'hang' || behaviour[0] === 'slow') this.#linger(exited);
        else this.#await(exited);
        child.shutdown(reason);
      },
      kill: () => {
        this.#await(exited);
        child.kill();
      },
    };
  }

  async #perform([operation, subject, argument]: Step): Promise<void> {
    const id = subject as string;
    switch (operation) {
      case 'plan':
      case 'behaviour':
        this.#prepare([operation, subject, argument]);
        return;
      case 'sleep':
        await setTimeout(subject as number);
        return;
      case 'exit':
      case 'exit_label':
        this.#tell('do', operation, id, argument as Term);
        this.#exit(id, argument as Term);
        return;
      case 'stop':
        this.#tell('do', 'stop_sup', subject as Term);
        await this.#stop(subject as Term);
        return;
      case 'which':
        await this.#which('which');
        return;
      case 'which_of':
        this.#tell('which_of', id, await this.#list(this.#supervisors.get(id)));
        return;
      case 'count':
        await this.#count();
        return;
      default:
        await this.#call(operation, subject);
    }
  }

  #exit(id: string, reason: Term): void {
    const supervisor = this.#supervisors.get(id);
    if (supervisor !== undefined) {
      // Any other signal a supervisor takes for the end of some child, and ignores.
      if (reason === 'kill') supervisor.kill();
      if (reason === 'kill') this.#await(supervisor.exited);
      return;
    }
    const incarnation = this.#incarnations.get(id);
    if (incarnation === undefined) return;
    this.#await(incarnation.child.exited);
    if (reason === 'kill') incarnation.child.kill();
    else incarnation.actor.end(reason);
  }

  async #stop(reason: Term): Promise<void> {
    if (reason === 'kill') this.#top?.kill();
    else this.#top?.shutdown(toReason(reason));
    await this.#top?.exited;
  }

  async #call(operation: string, subject: unknown): Promise<void> {
    const spec = operation === 'start_child' ? (subject as ScenarioChild) : this.#specOf(subject);
    const id = operation === 'start_child' ? (spec?.id ?? 'undefined') : (subject as string);
    const wasAlive = this.#isAlive;
    const name = operation.replace('start_dyn', 'start_child').replace('_label', '_child');
    try {
      this.#tell('ret', name, id, await this.#answer(operation, subject));
    } catch (error) {
      const running = this.#supervisors.has(id) ? 'running' : this.#incarnations.get(id)?.label;
      this.#tell('ret', name, id, ['error', callError(error, spec, running, wasAlive)]);
    }
  }

  async #answer(operation: string, subject: unknown): Promise<Term> {
    const top = this.#top;
    const id = subject as string;
    const labelOf = (child: RunningChild): string => this.#labels.get(child) ?? '?';
    if (top instanceof DynamicSupervisor) {
      if (operation === 'start_dyn') return startedChild(await top.startChild(id), labelOf);
      if (operation !== 'terminate_label') return ['error', 'simple_one_for_one'];
      const child = this.#incarnations.get(id)?.child;
      if (child === undefined) return ['error', 'not_found'];
      await top.terminateChild(child);
      return 'ok';
    }
    if (top === undefined) throw new Error('the supervisor did not start');
    switch (operation) {
      case 'start_child':
        return startedChild(await top.startChild(this.#spec(subject as ScenarioChild)), labelOf);
      case 'restart_child':
        return startedChild(await top.restartChild(id), labelOf);
      case 'terminate_child':
        await top.terminateChild(id);
        return 'ok';
      case 'delete_child':
        await top.deleteChild(id);
        return 'ok';
      default:
        throw new Error(`unknown step ${JSON.stringify(operation)}`);
    }
  }

  #specOf(id: unknown): ScenarioChild | undefined {
    return this.#scenario.children.find((child) => child.id === id);
  }

  async #which(event: 'which' | 'final'): Promise<void> {
    this.#tell(event, await this.#list(this.#top));
  }

  async #list(supervisor: AnySupervisor | undefined): Promise<Term> {
    if (supervisor === undefined) return 'undefined';
    const isDynamic = supervisor instanceof DynamicSupervisor;
    const wasAlive = supervisor === this.#top && this.#isAlive;
    try {
      return (await supervisor.whichChildren()).map((listed) =>
        listedChild(listed, isDynamic, (child) => this.#labels.get(child) ?? '?'),
      );
    } catch (error) {
      return ['error', callError(error, undefined, undefined, wasAlive)];
    }
  }

  async #count(): Promise<void> {
    const wasAlive = this.#isAlive;
    try {
      const counts = await this.#top?.countChildren();
      if (counts === undefined) throw new Error('the supervisor did not start');
      const { specs, active, supervisors, workers } = counts;
      this.#tell('counts', [specs, active, supervisors, workers]);
    } catch (error) {
      this.#tell('counts', ['error', callError(error, undefined, undefined, wasAlive)]);
    }
  }

  #tell(...event: Term[]): void {
    this.#trace.push(event);
  }

  #await(exited: Promise<unknown>): void {
    this.#busyCount++;
    void exited.then(() => this.#busyCount--);
  }

  #linger(exited: Promise<unknown>): void {
    this.#lingerCount++;
    void exited.then(() => this.#lingerCount--);
  }

  async #settle(): Promise<void> {
    const lingerUntilMs = performance.now() + LINGER_MS;
    let quietRounds = 0;
    let length = -1;
    while (quietRounds < QUIET_ROUNDS) {
      const isLingering = this.#lingerCount > 0 && performance.now() < lingerUntilMs;
      const isQuiet = this.#busyCount === 0 && !isLingering && length === this.#trace.length;
      quietRounds = isQuiet ? quietRounds + 1 : 0;
      length = this.#trace.length;
      await (isQuiet ? setImmediate() : setTimeout(1));
    }
  }
}

/** The traces' flags in our words; OTP's defaults, and what it does not know ignored. */
function optionsOf(flags: ScenarioFlags): Omit<SupervisorInit, 'children'> {
  const { strategy = 'one_for_one', intensity = 1, period = 5, auto_shutdown = 'never' } = flags;
  return {
    strategy,
    maxRestarts: intensity,
    maxSeconds: period,
    autoShutdown: auto_shutdown,
  } as Omit<SupervisorInit, 'children'>;
}

/** A supervisor whose own init fails, as the name of the scenario says. */
async function startRaw(name: string): Promise<AnySupervisor | 'ignore'> {
  const spec = supervisorChild('sup', () => {
    if (name.includes('ignore')) return 'ignore';
    if (name.includes('crash')) throw new Error('boom');
    return name as unknown as SupervisorInit; // neither: a bad return
  });
  return (await spec.start(new AbortController().signal)) as Supervisor | 'ignore';
}
