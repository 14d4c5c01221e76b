import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { onStopSignals } from '../../../src/core/stop-signals.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

describe('onStopSignals', () => {
  let clock = new ManualClock();
  let undo = () => {};
  afterEach(async () => {
    undo();
    clock.advance(500);
    await nextTurn();
  });

  function listening() {
    clock = new ManualClock();
    const heard: string[] = [];
    undo = onStopSignals(
      {
        onAsked: (signal) => heard.push(`asked by ${signal}`),
        onInsisted: (signal) => heard.push(`insisted by ${signal}`),
      },
      clock,
    );
    return heard;
  }
  const send = (signal: (typeof SIGNALS)[number]) => process.emit(signal, signal);
  const listeners = () => SIGNALS.map((signal) => process.listenerCount(signal));

  test('takes the first as the wish to stop, and each that comes later as insisting', async () => {
    const heard = listening();
    send('SIGINT');
    clock.advance(500);
    await nextTurn();
    send('SIGTERM');
    send('SIGINT');
    assert.deepEqual(heard, ['asked by SIGINT', 'insisted by SIGTERM', 'insisted by SIGINT']);
  });

  test('takes what comes at once after the first as the same wish', () => {
    const heard = listening();
    for (const signal of SIGNALS) send(signal);
    clock.advance(499);
    send('SIGINT');
    assert.deepEqual(heard, ['asked by SIGINT']);
  });

  test('takes as the same wish what waited while the loop stood still', () => {
    const heard = listening();
    send('SIGTERM');
    clock.advance(2_000); // timers fire before signals are read
    send('SIGTERM');
    assert.deepEqual(heard, ['asked by SIGTERM']);
  });

  test('gives the signals back when undone, after echoes of the first if there was one', async () => {
    const before = listeners();
    listening();
    undo();
    assert.deepEqual(listeners(), before);
    const heard = listening();
    send('SIGINT');
    undo();
    send('SIGINT'); // would end this process
    clock.advance(500);
    await nextTurn();
    assert.deepEqual(listeners(), before);
    assert.deepEqual(heard, ['asked by SIGINT']);
  });
});
