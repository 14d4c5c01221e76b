import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import {
  type CallContext,
  type CallOptions,
  type Progress,
  RequestContext,
} from '../../../../src/runtime/dispatch/call-context.ts';
import { SILENT_LOGGER } from '../../../../src/runtime/telemetry/logger.ts';
import { startService } from '../../../helpers/start-service.ts';

function make(params: unknown, options?: CallOptions): RequestContext {
  return new RequestContext({ name: 'echo', logger: SILENT_LOGGER, state: 1 }, params, options);
}

describe('RequestContext', () => {
  test('knows its service, and reads and replaces the state', async () => {
    const { service, logger } = await startService<number>({
      init: () => 1,
      methods: {
        look: (_params: unknown, context: CallContext<number>) => {
          context.state += 1;
          context.log.info({ state: context.state }, 'looked');
          return context.service;
        },
      },
    });
    assert.equal(await service.call('look', {}, { requestId: 'r1' }), 'echo');
    assert.equal(service.state, 2);
    assert.deepEqual(logger.lines, [
      {
        level: 'info',
        fields: { service: 'echo', requestId: 'r1', state: 2 },
        message: 'looked',
      },
    ]);
  });

  test('has an id of its own when the caller gave none, the same in every line', async () => {
    const { service, logger } = await startService({
      methods: {
        look: (_params: unknown, context: CallContext) => {
          context.log.info({}, 'one');
          context.log.child({ part: 'b' }).info({}, 'two');
          return context.requestId;
        },
      },
    });
    const ids = [await service.call('look'), await service.call('look')];
    assert.notEqual(ids[0], ids[1]);
    assert.deepEqual(
      logger.lines.map(({ fields }) => (fields as { requestId: string }).requestId),
      [ids[0], ids[0], ids[1], ids[1]],
    );
  });

  test('makes a logger only for a handler that logs, and one', () => {
    const child = mock.fn(() => SILENT_LOGGER);
    const logger = { ...SILENT_LOGGER, child };
    const context = new RequestContext({ name: 'echo', logger, state: 1 }, {}, { meta: { a: 1 } });
    assert.equal(context.requestId, context.requestId);
    assert.equal(child.mock.callCount(), 0);
    assert.equal(context.log, context.log);
    assert.equal(child.mock.callCount(), 1);
    assert.deepEqual(context.meta, { a: 1 }, 'and keeps the options that it has');
  });

  test('makes its signal once', () => {
    const context = make({});
    assert.equal(context.signal, context.signal);
    assert.equal(context.signal.aborted, false);
  });

  test('joins the meta of params and options, and options win', () => {
    assert.deepEqual(make({ _meta: { a: 1, b: 1 } }, { meta: { b: 2, c: 2 } }).meta, {
      a: 1,
      b: 2,
      c: 2,
    });
    assert.deepEqual(make({ _meta: { a: 1 } }).meta, { a: 1 });
    assert.deepEqual(make(undefined, { meta: { a: 1 } }).meta, { a: 1 });
    for (const params of [undefined, null, 5, 'text', {}]) assert.deepEqual(make(params).meta, {});
  });

  test('takes the progress token from the options, else from the meta', () => {
    assert.equal(make({ _meta: { progressToken: 'meta' } }, { progressToken: 7 }).progressToken, 7);
    assert.equal(make({ _meta: { progressToken: 'meta' } }).progressToken, 'meta');
    assert.equal(make({}, { progressToken: 0 }).progressToken, 0);
    assert.equal(make({ _meta: { progressToken: false } }).progressToken, undefined);
    assert.equal(make({}).progressToken, undefined);
  });

  test('reports steps with what was given, and nothing made up', () => {
    const steps: Progress[] = [];
    const onProgress = (step: Progress) => steps.push(step);
    make({}, { onProgress }).progress(1);
    make({}, { onProgress, progressToken: 't' }).progress(2, 10, 'reading');
    assert.deepEqual(steps, [
      { progress: 1 },
      { progress: 2, total: 10, message: 'reading', progressToken: 't' },
    ]);
    make({}).progress(3); // nobody asked
  });

  test('reports nothing once it is abandoned', () => {
    const steps: Progress[] = [];
    const context = make({}, { onProgress: (step) => steps.push(step) });
    context.abandon(new Error('too late'));
    context.progress(1);
    assert.deepEqual(steps, []);
  });

  test('does not let a listener of the caller break the handler', () => {
    const broken = new Error('broken listener');
    const later = mock.method(process, 'nextTick', () => {});
    try {
      const context = make(
        {},
        {
          onProgress: () => {
            throw broken;
          },
        },
      );
      context.progress(1);
      const raise = later.mock.calls[0]?.arguments[0] as unknown as () => void;
      assert.throws(raise, broken);
    } finally {
      later.mock.restore();
    }
  });
});
