import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import type { MessagePort } from 'node:worker_threads';
import { Lane } from '../../../../../src/runtime/scheduler/lane/lane.ts';
import {
  asleepWord,
  ringWrittenBy,
} from '../../../../../src/runtime/scheduler/lane/lane-memory.ts';
import { PollBoard } from '../../../../../src/runtime/scheduler/lane/poll-board.ts';
import { RingReader } from '../../../../../src/runtime/scheduler/lane/ring-reader.ts';
import { RingWriter } from '../../../../../src/runtime/scheduler/lane/ring-writer.ts';
import { defer, settle } from '../../../../helpers/event-loop.ts';
import {
  closePorts,
  createLane,
  createLaneEnds,
  type Frame,
  RecordingListener,
} from '../../../../helpers/lane-ends.ts';

const RING_BYTES = ringWrittenBy('caller').bytes;
/** Does not fit a ring. */
const LARGE = 'x'.repeat(2 * RING_BYTES);
/** Four of them fill a ring. */
const QUARTER = 'q'.repeat(RING_BYTES / 4 - 64);
/** A record of 32 bytes, so that they fill a ring to its last byte. */
const FRACTION = 'x'.repeat(12);

/** A board on which something is done at the moment when a lane goes to sleep. */
class SleepBoard extends PollBoard {
  onLeave: () => void = () => {};

  constructor() {
    super(PollBoard.create().memory, 0);
  }

  override leave(): void {
    super.leave();
    this.onLeave();
  }
}

type Lanes = ReturnType<typeof createLane>;

describe('Lane', () => {
  let lanes: Lanes | undefined;
  afterEach(() => lanes?.close());

  function open(...args: Parameters<typeof createLane>): Lanes {
    lanes = createLane(...args);
    return lanes;
  }

  function isAsleep(side: 'caller' | 'server'): boolean {
    const { memory } = (lanes as Lanes).ends.caller;
    return new Int32Array(memory)[asleepWord(side)] === 1;
  }

  /** Lets the loop turn until both ends sleep: whatever has not arrived then never will. */
  async function rest(): Promise<void> {
    let quietTurns = 0;
    for (let turn = 0; quietTurns < 3; turn++) {
      assert.ok(turn < 100_000, 'a lane never goes to sleep');
      await settle();
      quietTurns = isAsleep('caller') && isAsleep('server') ? quietTurns + 1 : 0;
    }
  }

  test('takes what the other side said before it ended', () => {
    const { caller, server, heardByCaller } = open();
    for (let id = 0; id < 2_000; id++) server.send(1, id, 0, 'said');
    server.flush();
    caller.takeRest();
    assert.equal(heardByCaller.frames.length, 2_000);
  });

  for (const [caller, isFlushed] of [
    ['asleep', false],
    ['asleep', true],
    ['awake', false],
  ] as const) {
    const does = caller === 'asleep' ? 'sleeps at once' : 'looks for more';
    const how = isFlushed ? 'flushed, ' : '';
    test(`having answered the first request after a rest a server ${does}, ${how}its caller ${caller}`, async () => {
      const ends = createLaneEnds();
      const words = new Int32Array(ends.caller.memory);
      const writer = new RingWriter(
        ends.caller.memory,
        ringWrittenBy('caller'),
        ends.caller.bulkPort,
      );
      const answered = defer<boolean>();
      const server: Lane = new Lane('server', ends.server, PollBoard.create(), {
        onFrame(_kind, id) {
          server.send(1, id, 0, 'answer');
          if (isFlushed) server.flush();
          // Behind all that the turn does.
          process.nextTick(() => answered.resolve(words[asleepWord('server')] === 1));
        },
        onClose() {},
      });
      words[asleepWord('caller')] = caller === 'asleep' ? 1 : 0;
      writer.write(1 << 24, 0, 'request');
      writer.publish();
      words[asleepWord('server')] = 0;
      ends.caller.wakePort.postMessage(0);
      const isServerAsleep = await answered.promise;
      server.close();
      closePorts(ends);
      assert.equal(isServerAsleep, caller === 'asleep');
    });
  }

  for (const side of ['caller', 'server'] as const) {
    test(`a ${side} that wakes the other side has it on the board before it turns`, async () => {
      const board = PollBoard.create();
      const opened = open({ caller: board });
      const words = new Int32Array(board.memory);
      await rest();
      opened[side].send(1, 0, 0, 'wakes it');
      opened[side].flush();
      assert.equal(words[0], 1);
      await rest();
      assert.equal(words[0], 0);
    });
  }

  test('a server lets its caller see the last answer of a turn at once, and those before with it', async () => {
    const { ends, caller, server, heardByServer } = open();
    const words = new Int32Array(ends.server.memory);
    const { tailWord } = ringWrittenBy('server');
    const seen: boolean[] = [];
    heardByServer.onEach = ({ id }) => {
      const before = words[tailWord];
      server.send(1, id, 0, 'answer');
      seen.push(words[tailWord] !== before);
    };
    caller.openCalls = 3;
    for (let id = 1; id <= 3; id++) caller.send(1, id, 0, 'asks');
    await rest();
    assert.deepEqual(seen, [false, false, true]);
  });

  test('a thread that is woken for one lane takes what there is on its others', async () => {
    const board = PollBoard.create();
    const { server } = open({ caller: board });
    const ends = createLaneEnds();
    const { memory, bulkPort } = ends.server;
    const heard = new RecordingListener();
    const other = new Lane('caller', ends.caller, board, heard);
    const writer = new RingWriter(memory, ringWrittenBy('server'), bulkPort);
    await rest();
    writer.write(1 << 24, 0, 'waits');
    writer.publish();
    await rest();
    assert.equal(heard.frames.length, 0);
    server.send(1, 0, 0, 'wakes it');
    await rest();
    other.close();
    closePorts(ends);
    assert.equal(heard.frames.length, 1);
  });

  const ids = (listener: RecordingListener): number[] => listener.frames.map(({ id }) => id);

  test('brings frames across in order, with all that belongs to them', async () => {
    const { caller, server, heardByCaller, heardByServer } = open();
    caller.send(255, 2 ** 24 - 1, 2 ** 16 - 1, { a: 1 });
    caller.send(1, 0, 0, undefined);
    server.send(128, 7, 3, 'reply');
    await rest();
    assert.deepEqual(heardByServer.frames, [
      { kind: 255, id: 2 ** 24 - 1, route: 2 ** 16 - 1, value: { a: 1 } },
      { kind: 1, id: 0, route: 0, value: undefined },
    ]);
    assert.deepEqual(heardByCaller.frames, [{ kind: 128, id: 7, route: 3, value: 'reply' }]);
  });

  for (const side of ['caller', 'server'] as const) {
    const other = side === 'caller' ? 'server' : 'caller';
    const heardBy = (of: Lanes): RecordingListener =>
      side === 'caller' ? of.heardByServer : of.heardByCaller;

    for (const openCalls of [0, 1, 5]) {
      test(`brings one large frame from a ${side} that sleeps with ${openCalls} calls open`, async () => {
        const opened = open();
        opened.caller.openCalls = openCalls;
        await rest();
        opened[side].send(1, 1, 0, LARGE);
        await rest();
        assert.deepEqual(ids(heardBy(opened)), [1]);
      });

      test(`brings a large frame behind small ones from a ${side} with ${openCalls} calls open`, async () => {
        const opened = open();
        opened.caller.openCalls = openCalls;
        await rest();
        for (let id = 0; id < 32; id++) opened[side].send(1, id, 0, id);
        opened[side].send(1, 32, 0, LARGE);
        await rest();
        assert.equal(heardBy(opened).frames.length, 33);
      });
    }

    test(`brings many rings full from a ${side}, in order`, async () => {
      const opened = open();
      const sent: number[] = [];
      for (let id = 0; id < 40; id++) {
        sent.push(id);
        opened[side].send(1, id, 0, QUARTER);
        if (id % 10 === 0) await settle();
      }
      await rest();
      assert.deepEqual(ids(heardBy(opened)), sent);
    });

    test(`sends the block of a ${side} though the space came just as it went to sleep`, async () => {
      const count = RING_BYTES / 32 + 1_000;
      const ends = createLaneEnds();
      const { memory, bulkPort, wakePort } = ends[other];
      const words = new Int32Array(memory);
      const board = new SleepBoard();
      const lane = new Lane(side, ends[side], board, new RecordingListener());
      const taken: number[] = [];
      const reader = new RingReader(memory, ringWrittenBy(side), bulkPort, (tag) => {
        taken.push(tag & 0xff_ffff);
      });
      const writer = new RingWriter(memory, ringWrittenBy(other), bulkPort);
      for (let id = 0; id < count; id++) lane.send(1, id, 0, FRACTION);
      lane.flush();
      const seen = { hasSlept: false };
      board.onLeave = () => {
        seen.hasSlept = true;
        reader.read(count);
        reader.takeWanted(); // and the lane is not asleep yet, so there is nobody to wake
      };
      writer.write(1, 0, 'wakes it');
      writer.publish();
      words[asleepWord(side)] = 0;
      wakePort.postMessage(0);
      while (!seen.hasSlept) await settle();
      for (let turn = 0; turn < 3; turn++) await settle();
      reader.read(count);
      assert.equal(taken.length, count);
      lane.close();
      closePorts(ends);
    });
  }

  test('answers from within a frame, turn after turn', async () => {
    const { caller, server, heardByCaller, heardByServer } = open();
    heardByServer.onEach = ({ id, value }: Frame) => server.send(1, id, 0, value);
    heardByCaller.onEach = ({ id }: Frame) => {
      if (id < 100) caller.send(1, id + 1, 0, id % 10 === 0 ? LARGE : id);
    };
    caller.openCalls = 1;
    caller.send(1, 0, 0, 'go');
    await rest();
    assert.deepEqual(
      ids(heardByCaller),
      Array.from({ length: 101 }, (_, id) => id),
    );
  });

  test('sends nothing of what cannot leave, and everything after it', async () => {
    const { caller, heardByServer } = open();
    assert.throws(() => caller.send(1, 1, 0, { f: () => 1 }), { code: 'ERR_INVALID_PARAMS' });
    caller.send(1, 2, 0, { f: 1 });
    await rest();
    assert.deepEqual(ids(heardByServer), [2]);
  });

  test('hears nothing any more once it is closed, not even of what had come already', async () => {
    const { caller, server, heardByCaller } = open();
    heardByCaller.onEach = () => caller.close();
    for (let id = 0; id < 5; id++) server.send(1, id, 0, new Uint8Array(100_000));
    for (let turn = 0; turn < 50; turn++) await settle();
    assert.deepEqual(ids(heardByCaller), [0]);
    assert.deepEqual(heardByCaller.closeReasons, []);
    caller.send(1, 1, 0, 'into the void');
    caller.flush();
    caller.close();
  });

  test('is closed by a listener that throws, which hears why', async () => {
    const { caller, server, heardByServer } = open();
    const thrown = new Error('no such frame');
    heardByServer.onEach = () => {
      throw thrown;
    };
    caller.send(1, 1, 0, 1);
    caller.send(1, 2, 0, 2);
    for (let turn = 0; turn < 50; turn++) await settle();
    assert.deepEqual(ids(heardByServer), [1]);
    assert.deepEqual(heardByServer.closeReasons, [thrown]);
    server.close();
  });

  test('sends what waits before it closes', async () => {
    const { caller, heardByServer } = open();
    await rest();
    caller.send(1, 1, 0, 'last words');
    caller.close();
    for (let turn = 0; turn < 50; turn++) await settle();
    assert.deepEqual(ids(heardByServer), [1]);
  });

  test('keeps the process alive while somebody waits, and no longer', async () => {
    const { ends, caller, heardByServer } = open();
    const keepsAlive = (): boolean =>
      (ends.caller.wakePort as MessagePort & { hasRef(): boolean }).hasRef();
    caller.openCalls = 1;
    caller.send(1, 1, 0, 'asks');
    await rest();
    assert.equal(heardByServer.frames.length, 1);
    assert.equal(keepsAlive(), true);
    // The caller gives up; that much is said, and no reply ever comes.
    caller.openCalls = 0;
    caller.send(5, 1, 0, 'timeout');
    await rest();
    assert.equal(keepsAlive(), false);
  });

  test('lets the event loop turn, however fast replies come', async () => {
    const { caller, server, heardByCaller } = open();
    // The reply is there before the tick that asked is over, again and again.
    const turned = defer<void>();
    let turns = 0;
    let asked = 0;
    const ask = (): void => {
      if (turns >= 3 || asked === 100_000) return;
      caller.openCalls = 2;
      caller.send(1, ++asked & 0xff_ffff, 0, 'asks');
      server.send(1, asked & 0xff_ffff, 0, 'answers');
      server.flush();
    };
    heardByCaller.onEach = () => void Promise.resolve().then(ask);
    const turn = (): void => {
      if (++turns < 3) setImmediate(turn);
      else turned.resolve();
    };
    setImmediate(turn);
    ask();
    await turned.promise;
    assert.ok(asked < 100_000, 'the loop did not turn');
    caller.openCalls = 0;
    await rest();
  });
});
