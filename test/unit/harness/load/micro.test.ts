import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Clock } from '../../../../src/core/clock.ts';
import { type MicroProgress, runMicroBench } from '../../../../src/harness/load/micro.ts';
import { defineMicroBench, type MicroTask } from '../../../../src/harness/load/micro-bench.ts';
import { nextGroupSize } from '../../../../src/harness/load/micro-block.ts';

/** Time that stands still except where a task spends it. */
class SpentTime implements Clock {
  #nowMs = 1_000;

  spendNs(ns: number): void {
    this.#nowMs += ns / 1e6;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return this.#nowMs;
  }

  createTimer(): never {
    throw new Error('a micro-benchmark sets no timers');
  }

  sleep(): Promise<void> {
    return Promise.resolve();
  }
}

/** A task whose calls take exactly `nsPerCall` each. */
function taking(
  clock: SpentTime,
  name: string,
  nsPerCall: number,
  onBlock: (name: string) => void = () => {},
): MicroTask<undefined> {
  return {
    name,
    mode: 'sync',
    prepare: () => (calls) => {
      onBlock(name);
      clock.spendNs(calls * nsPerCall);
      return calls;
    },
  };
}

function benchOf(tasks: MicroTask<undefined>[]) {
  return defineMicroBench({ name: 'b', description: 'x', baseline: tasks[0]?.name ?? '', tasks });
}

/** `names` without repetition of neighbours. */
function changesOf(names: readonly string[]): string[] {
  return names.filter((name, index) => name !== names[index - 1]);
}

describe('runMicroBench', () => {
  test('divides the time of a group by its calls', async () => {
    const clock = new SpentTime();
    const tasks = [taking(clock, 'small', 40), taking(clock, 'large', 900_000)];
    const measured = await runMicroBench(benchOf(tasks), { clock, blockMs: 1, rounds: 3 });
    const [small, large] = measured.tasks;
    for (const ns of small?.nsPerCallByRound ?? []) assert.ok(Math.abs(ns - 40) < 0.01, `${ns}`);
    for (const ns of large?.nsPerCallByRound ?? []) assert.ok(Math.abs(ns - 9e5) < 0.01, `${ns}`);
    assert.equal(small?.nsPerCallByRound.length, 3);
  });

  test('groups calls until a group takes 50 µs, and leaves alone what takes longer', async () => {
    const clock = new SpentTime();
    const tasks = [taking(clock, 'small', 40), taking(clock, 'large', 900_000)];
    const measured = await runMicroBench(benchOf(tasks), { clock, blockMs: 1, rounds: 1 });
    assert.ok(Math.abs((measured.tasks[0]?.callsPerGroup ?? 0) - 1_250) <= 1);
    assert.equal(measured.tasks[1]?.callsPerGroup, 1);
  });

  test('turns the order of the tasks round with every round', async () => {
    const clock = new SpentTime();
    let played: string[] = [];
    const onBlock = (name: string) => played.push(name);
    const names = ['a', 'b', 'c'];
    await runMicroBench(benchOf(names.map((name) => taking(clock, name, 1_000, onBlock))), {
      clock,
      blockMs: 1,
      rounds: 3,
      onProgress: ({ phase, round }) => {
        if (phase === 'measure' && round === 0) played = [];
      },
    });
    // Neighbours of the turn are the same task, so c and a appear once for two blocks.
    assert.deepEqual(changesOf(played), ['a', 'b', 'c', 'b', 'a', 'b', 'c']);
  });

  test('warms up until the blocks of every task have settled, and measures none of it', async () => {
    const clock = new SpentTime();
    let extraNs = 4_000;
    const settling: MicroTask<undefined> = {
      name: 'settling',
      mode: 'sync',
      prepare: () => (calls) => {
        clock.spendNs(calls * (1_000 + extraNs));
        extraNs *= 0.9998 ** calls;
        return calls;
      },
    };
    const measured = await runMicroBench(benchOf([settling]), {
      clock,
      blockMs: 1,
      rounds: 4,
      maxWarmupRounds: 80,
    });
    assert.deepEqual(measured.unsteadyTasks, []);
    assert.ok(measured.warmupRounds > 10 && measured.warmupRounds < 80, `${measured.warmupRounds}`);
    for (const ns of measured.tasks[0]?.nsPerCallByRound ?? []) assert.ok(ns < 1_100, `${ns}`);
  });

  test('names the tasks that have not settled when the warm-up is over', async () => {
    const clock = new SpentTime();
    let slowness = 1_000;
    const slowing: MicroTask<undefined> = {
      name: 'slowing',
      mode: 'sync',
      prepare: () => (calls) => {
        clock.spendNs(calls * (slowness *= 1.001));
        return calls;
      },
    };
    const bench = benchOf([taking(clock, 'still', 1_000), slowing]);
    const measured = await runMicroBench(bench, {
      clock,
      blockMs: 1,
      rounds: 1,
      maxWarmupRounds: 12,
    });
    assert.equal(measured.warmupRounds, 12);
    assert.deepEqual(measured.unsteadyTasks, ['slowing']);
  });

  test('awaits an asynchronous group before it reads the clock', async () => {
    const clock = new SpentTime();
    const slow: MicroTask<undefined> = {
      name: 'slow',
      mode: 'async',
      prepare: () => async (calls) => {
        await Promise.resolve();
        clock.spendNs(calls * 70);
        return calls;
      },
    };
    const measured = await runMicroBench(benchOf([slow]), { clock, blockMs: 1, rounds: 1 });
    assert.ok(Math.abs((measured.tasks[0]?.nsPerCallByRound[0] ?? 0) - 70) < 0.01);
  });

  for (const mode of ['sync', 'async'] as const) {
    test(`refuses to measure ${mode} calls that are answered wrong`, async () => {
      const clock = new SpentTime();
      const oneWrong = (calls: number) => {
        clock.spendNs(calls * 1_000);
        return calls - 1;
      };
      const run = mode === 'sync' ? oneWrong : (calls: number) => Promise.resolve(oneWrong(calls));
      const bench = benchOf([{ name: 'liar', mode, prepare: () => run }]);
      await assert.rejects(runMicroBench(bench, { clock }), {
        code: 'ERR_INVALID_MEASUREMENT',
        message: /task 'liar' cannot be measured: 1 of 1 calls were answered wrong/,
      });
    });
  }

  test('says what a task threw, and takes the bench down all the same', async () => {
    const cause = new Error('no such table');
    let tornDown: unknown;
    const bench = defineMicroBench<string>({
      name: 'b',
      description: 'x',
      baseline: 'thrower',
      setup: () => 'the context',
      teardown: (context) => {
        tornDown = context;
      },
      tasks: [
        {
          name: 'thrower',
          mode: 'sync',
          prepare: () => () => {
            throw cause;
          },
        },
      ],
    });
    await assert.rejects(runMicroBench(bench, { clock: new SpentTime() }), {
      code: 'ERR_INVALID_MEASUREMENT',
      message: /no such table/,
      cause,
    });
    assert.equal(tornDown, 'the context');
  });

  test('keeps the complete rounds when it is interrupted in the middle of one', async () => {
    const clock = new SpentTime();
    const controller = new AbortController();
    let progress: MicroProgress | undefined;
    const onBlock = (name: string) => {
      // Round 2 is played forwards, so b has not had its turn when a is interrupted.
      if (progress?.phase === 'measure' && progress.round === 2 && name === 'a') controller.abort();
    };
    const tasks = [taking(clock, 'a', 1_000, onBlock), taking(clock, 'b', 1_000, onBlock)];
    const measured = await runMicroBench(benchOf(tasks), {
      clock,
      blockMs: 1,
      signal: controller.signal,
      onProgress: (latest) => {
        progress = latest;
      },
    });
    assert.deepEqual(
      measured.tasks.map((task) => task.nsPerCallByRound.length),
      [2, 2],
    );
  });

  test('refuses options that make no sense', async () => {
    const bench = benchOf([taking(new SpentTime(), 'a', 1)]);
    const code = 'ERR_INVALID_OPTION';
    await assert.rejects(runMicroBench(bench, { rounds: 0 }), { code });
    await assert.rejects(runMicroBench(bench, { maxWarmupRounds: 0 }), { code });
    await assert.rejects(runMicroBench(bench, { blockMs: 0 }), { code });
    await assert.rejects(runMicroBench(bench, { blockMs: 251 }), { code, message: /more rounds/ });
  });
});

test('a group grows a hundredfold at most, and shrinks at once', () => {
  assert.equal(nextGroupSize(1, 50, 50_000), 100);
  assert.equal(nextGroupSize(100, 50, 50_000), 1_000);
  assert.equal(nextGroupSize(1_000, 500, 50_000), 100);
  assert.equal(nextGroupSize(7, 1e9, 50_000), 1);
  assert.equal(nextGroupSize(7, 0, 50_000), 700);
});
