import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { collectGarbage } from '../../../../src/harness/load/collect-garbage.ts';
import { HostMemory } from '../../../../src/harness/load/host-memory.ts';

/** More than other tests of this process may have left to be freed meanwhile. */
const BLOCK_BYTES = 384 * 1_048_576;

describe('HostMemory', () => {
  test('has the size before, at most and after, of which a second start changes nothing', () => {
    const memory = new HostMemory(collectGarbage);
    memory.start();
    const { before } = memory.bytes;
    let block: Buffer | undefined = Buffer.alloc(BLOCK_BYTES, 1);
    assert.equal(block.length, BLOCK_BYTES);
    memory.stop();
    memory.start();
    block = undefined;
    memory.stop();
    const { before: same, peak, after } = memory.bytes;
    assert.equal(same, before);
    assert.ok(before > 0 && after > 0);
    assert.ok(peak >= before + BLOCK_BYTES / 4, `${before} before, ${peak} at most`);
    assert.ok(after <= peak);
  });
});

test('a collection on demand takes what nobody holds any more', async () => {
  const kept = { held: true };
  const dropped = new WeakRef({ held: false });
  const held = new WeakRef(kept);
  await nextTurn(); // a reference that was looked at lives until its turn ends
  collectGarbage();
  assert.equal(dropped.deref(), undefined);
  assert.equal(held.deref(), kept);
});
