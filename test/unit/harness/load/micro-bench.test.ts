import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineMicroBench, type MicroTask } from '../../../../src/harness/load/micro-bench.ts';

const task: MicroTask<undefined> = { name: 'a', mode: 'sync', prepare: () => (calls) => calls };
const spec = { name: 'b', description: 'what it is', baseline: 'a', tasks: [task] };
const code = 'ERR_INVALID_OPTION';

test('a bench that makes sense is taken as it is', () => {
  assert.equal(defineMicroBench(spec).name, 'b');
});

test('a baseline that is no task is refused, and the nearest task named', () => {
  const wrong = { ...spec, baseline: 'bare-awiat', tasks: [{ ...task, name: 'bare-await' }] };
  assert.throws(() => defineMicroBench(wrong), { code, message: /Did you mean 'bare-await'/ });
});

test('two tasks of one name are refused', () => {
  const wrong = { ...spec, tasks: [task, task] };
  assert.throws(() => defineMicroBench(wrong), { code, message: /two of task 'a' of bench 'b'/ });
});

test('a misspelled key is refused, and the right one named', () => {
  const wrong = { ...spec, tearDown: () => {} };
  assert.throws(() => defineMicroBench(wrong), { code, message: /Did you mean 'teardown'/ });
  const { prepare, ...rest } = task;
  const wrongTask = { ...rest, prepares: prepare } as unknown as MicroTask<undefined>;
  assert.throws(() => defineMicroBench({ ...spec, tasks: [wrongTask] }), {
    code,
    message: /Did you mean 'prepare'/,
  });
});
