/** Both ends of a lane in one thread, for tests that decide themselves who reads when. */

import { MessageChannel } from 'node:worker_threads';
import { Lane, type LaneEnd } from '../../src/runtime/scheduler/lane/lane.ts';
import {
  createLaneMemory,
  type LaneSide,
  ringWrittenBy,
} from '../../src/runtime/scheduler/lane/lane-memory.ts';
import { PollBoard } from '../../src/runtime/scheduler/lane/poll-board.ts';
import type { LinkListener } from '../../src/runtime/scheduler/link.ts';

/** A frame as a listener hears of it. */
export interface Frame {
  readonly kind: number;
  readonly id: number;
  readonly route: number;
  readonly value: unknown;
}

/** Remembers what arrives; a test may add what is done then. */
export class RecordingListener implements LinkListener {
  readonly frames: Frame[] = [];
  readonly closeReasons: unknown[] = [];
  onEach: (frame: Frame) => void = () => {};

  onFrame(kind: number, id: number, route: number, value: unknown): void {
    const frame = { kind, id, route, value };
    this.frames.push(frame);
    this.onEach(frame);
  }

  onClose(reason: unknown): void {
    this.closeReasons.push(reason);
  }
}

/**
 * What both ends of a lane are opened with.
 *
 * @param position - bytes that have passed through both rings already, a multiple of 8
 */
export function createLaneEnds(position = 0): Readonly<Record<LaneSide, LaneEnd>> {
  const memory = createLaneMemory();
  const words = new Int32Array(memory);
  for (const side of ['caller', 'server'] as const) {
    const { tailWord, headWord } = ringWrittenBy(side);
    words[tailWord] = position;
    words[headWord] = position;
  }
  const wake = new MessageChannel();
  const bulk = new MessageChannel();
  return {
    caller: { memory, otherThread: 1, wakePort: wake.port1, bulkPort: bulk.port1 },
    server: { memory, otherThread: 0, wakePort: wake.port2, bulkPort: bulk.port2 },
  };
}

export function closePorts(ends: Readonly<Record<LaneSide, LaneEnd>>): void {
  for (const { wakePort, bulkPort } of [ends.caller, ends.server]) {
    wakePort.close();
    bulkPort.close();
  }
}

/** A lane with both ends in this thread. */
export function createLane(
  boards: Partial<Record<LaneSide, PollBoard>> = {},
  ends = createLaneEnds(),
) {
  const heardByCaller = new RecordingListener();
  const heardByServer = new RecordingListener();
  const { caller: callerBoard = PollBoard.create() } = boards;
  const { server: serverBoard = new PollBoard(callerBoard.memory, 1) } = boards;
  const caller = new Lane('caller', ends.caller, callerBoard, heardByCaller);
  const server = new Lane('server', ends.server, serverBoard, heardByServer);
  const close = (): void => {
    caller.close();
    server.close();
  };
  return { ends, caller, server, heardByCaller, heardByServer, close };
}
