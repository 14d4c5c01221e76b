/** What a thread has ready when it is asked for a service, and what it leaves behind when it ends. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SYSTEM_CLOCK } from '../../../src/core/clock.ts';
import { DeadlineWheel } from '../../../src/core/deadline-wheel.ts';
import { PollBoard } from '../../../src/runtime/scheduler/lane/poll-board.ts';
import { NativeTransport } from '../../../src/runtime/scheduler/native-transport.ts';
import { RemoteService } from '../../../src/runtime/scheduler/remote-service.ts';
import { SchedulerThread } from '../../../src/runtime/scheduler/scheduler-thread.ts';
import { SILENT_LOGGER } from '../../../src/runtime/telemetry/logger.ts';
import { LATE_IMPORTER_MODULE } from '../../helpers/late-importer.ts';
import { ROGUE_MODULE } from '../../helpers/rogue-service.ts';

/** Ends when the machine is too slow, not before. */
const PATIENCE = { timeout: 30_000 };

test('a thread whose lane is corrupt has left its pool once it has ended', PATIENCE, async () => {
  const left: SchedulerThread[] = [];
  const thread = new SchedulerThread({
    index: 1,
    board: PollBoard.create(),
    clock: SYSTEM_CLOCK,
    onEmpty() {},
    onExit: (ended) => left.push(ended),
  });
  thread.connection.onClose(new Error('corrupt frame')); // as its lane does
  await thread.terminate('its lane is corrupt');
  assert.deepEqual(left, [thread]);
});

test('a thread that is given up is off the board before its index is free', PATIENCE, async () => {
  const events: string[] = [];
  const board = PollBoard.create();
  board.clear = (index) => void events.push(`cleared ${index}`);
  const thread = new SchedulerThread({
    index: 1,
    board,
    clock: SYSTEM_CLOCK,
    onEmpty() {},
    onExit: ({ index }) => events.push(`free ${index}`),
  });
  const clock = SYSTEM_CLOCK;
  const environment = { wheel: new DeadlineWheel({ clock }), logger: SILENT_LOGGER, clock };
  const source = { module: ROGUE_MODULE, export: 'rogueService' };
  const service = new RemoteService(source, 'rogue', thread, environment);
  await service.start();
  await new Promise<void>((begun) => {
    const options = { onProgress: () => begun() };
    service.call('blockNatively', 3_000_000, options).catch(() => {});
  });
  await thread.terminate('given up');
  assert.deepEqual(events, ['cleared 1', 'free 1']);
  assert.equal(service.status, 'ended');
});

for (const placement of ['worker', 'process'] as const) {
  test(`a ${placement} has loaded Toolrig before its service asks for it`, PATIENCE, async () => {
    const transport = new NativeTransport();
    const source = { module: LATE_IMPORTER_MODULE, export: 'lateImporter' };
    await transport.start(source, { name: 'late', placement });
    try {
      assert.equal(await transport.call('late', 'wasWarm'), true);
    } finally {
      await transport.stop();
    }
  });
}
