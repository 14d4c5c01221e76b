import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ForwardingLogger } from '../../../../src/runtime/scheduler/forwarding-logger.ts';
import { GUEST_FRAME } from '../../../../src/runtime/scheduler/frames.ts';
import type { Link } from '../../../../src/runtime/scheduler/link.ts';

describe('ForwardingLogger', () => {
  function createLogger() {
    const sent: unknown[] = [];
    const link: Link = {
      openCalls: 0,
      lastFrameBytes: 0,
      send: (kind, id, route, value) => void sent.push([kind, id, route, structuredClone(value)]),
      flush() {},
      close() {},
    };
    return { logger: new ForwardingLogger(link, 7), sent };
  }

  test('sends each line with its level and the fields of those it is a child of', () => {
    const { logger, sent } = createLogger();
    const child = logger.child({ service: 'a', call: 1 }).child({ call: 2 });
    for (const level of ['debug', 'info', 'warn', 'error'] as const) child[level]({ x: 1 }, level);
    assert.deepEqual(
      sent,
      ['debug', 'info', 'warn', 'error'].map((level) => [
        GUEST_FRAME.log,
        0,
        7,
        [level, { service: 'a', call: 2, x: 1 }, level],
      ]),
    );
  });

  test('writes fields that cannot leave as a text', () => {
    const { logger, sent } = createLogger();
    logger.warn({ callback: () => 1 }, 'odd');
    const fields = { fields: '{ callback: [Function: callback] }' };
    assert.deepEqual(sent, [[GUEST_FRAME.log, 0, 7, ['warn', fields, 'odd']]]);
  });
});
