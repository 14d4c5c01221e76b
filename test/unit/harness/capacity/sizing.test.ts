import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  type InstanceType,
  parseInstanceType,
  priceOf,
} from '../../../../src/harness/capacity/instance-type.ts';
import { parseSpare, withRedundancy } from '../../../../src/harness/capacity/redundancy.ts';
import { tornado, whatIfTable } from '../../../../src/harness/capacity/sensitivity.ts';
import {
  type Demand,
  instanceCapacity,
  instancesFor,
  planMonths,
  type Replica,
  type SizingPolicy,
} from '../../../../src/harness/capacity/sizing.ts';

const GIB = 1_024 ** 3;
const SMALL: InstanceType = parseInstanceType('c7g.large=2c,4GiB,$52');
const REPLICA: Replica = {
  maxRatePerSecond: { median: 2_000, low: 1_800, high: 2_200 },
  cpuNsPerCall: 400_000,
  rssBytes: 0.1 * GIB,
};
const DEMAND: Demand = {
  meanRatePerSecond: 4_000,
  peakRatePerSecond: 10_000,
  growthPerMonth: 0.1,
  horizonMonths: 12,
};
const PLAIN: SizingPolicy = { headroom: 0, redundancy: { spare: 0, zones: 1 } };

describe('parseInstanceType', () => {
  test('reads name, cores, memory and price', () => {
    assert.deepEqual(SMALL, {
      name: 'c7g.large',
      cores: 2,
      memoryBytes: 4 * GIB,
      price: { amount: 52, currency: '$' },
    });
    assert.deepEqual(parseInstanceType('box = 49.90 EUR, 512MiB, 0.5 vcpu'), {
      name: 'box',
      cores: 0.5,
      memoryBytes: GIB / 2,
      price: { amount: 49.9, currency: 'EUR' },
    });
    assert.equal(parseInstanceType('x=1c,1GB').price, null);
    assert.deepEqual(priceOf('€500'), { amount: 500, currency: '€' });
    assert.equal(priceOf('cheap'), undefined);
  });

  for (const [text, message] of [
    ['2c,4GiB', /no name before an =/],
    ['=2c,4GiB', /no name before an =/],
    ['x=4GiB', /needs cores/],
    ['x=2c', /needs memory/],
    ['x=2c,4GiB,cheap', /'cheap' is neither cores/],
    ['x=0c,4GiB', /needs cores/],
  ] as const) {
    test(`refuses ${text}`, () => {
      assert.throws(() => parseInstanceType(text), { code: 'ERR_USAGE', message });
    });
  }
});

describe('redundancy', () => {
  test('reads n+1 and its like', () => {
    assert.deepEqual(['none', 'N', 'n+1', ' n + 2 '].map(parseSpare), [0, 0, 1, 2]);
    assert.throws(() => parseSpare('2n'), { code: 'ERR_USAGE', message: /got '2n'/ });
  });

  test('keeps a zone on top, and zones alike', () => {
    assert.equal(withRedundancy(4, { spare: 1, zones: 1 }), 5);
    assert.equal(withRedundancy(4, { spare: 0, zones: 3 }), 6);
    assert.equal(withRedundancy(5, { spare: 1, zones: 3 }), 9);
    assert.equal(withRedundancy(1, { spare: 0, zones: 2 }), 2);
  });

  test('leaves what is needed after any loss that was planned for', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.nat(3),
        fc.integer({ min: 1, max: 6 }),
        (needed, spare, zones) => {
          const total = withRedundancy(needed, { spare, zones });
          assert.ok(total - spare >= needed);
          assert.equal(total % (zones > 1 ? zones : 1), 0);
          if (zones > 1) assert.ok(total - total / zones >= needed);
        },
      ),
    );
  });
});

describe('instanceCapacity', () => {
  test('runs a replica a core, bound by their event loops', () => {
    assert.deepEqual(instanceCapacity(REPLICA, SMALL), {
      replicas: 2,
      ratePerSecond: { median: 4_000, low: 3_600, high: 4_400 },
      bindingConstraint: 'event-loop',
    });
  });

  test('is bound by CPU where replicas want more of it than there is', () => {
    const capacity = instanceCapacity({ ...REPLICA, cpuNsPerCall: 800_000 }, SMALL);
    assert.equal(capacity?.bindingConstraint, 'cpu');
    assert.equal(capacity.replicas, 2);
    assert.equal(capacity.ratePerSecond.median, 2_500);
    const wide = instanceCapacity({ ...REPLICA, cpuNsPerCall: 1e6 }, SMALL);
    assert.equal(wide?.replicas, 1);
    assert.equal(wide.ratePerSecond.median, 2_000);
  });

  test('has no steps: a little more of a rate or of CPU time is never a replica less', () => {
    const at = (median: number) =>
      instanceCapacity(
        { ...REPLICA, maxRatePerSecond: { median, low: median, high: median } },
        SMALL,
      )?.ratePerSecond.median ?? 0;
    for (let rate = 2_000; rate < 3_000; rate += 10)
      assert.ok(at(rate + 10) >= at(rate), `${rate}`);
  });

  test('is bound by memory where fewer fit than there are cores', () => {
    const large = { ...REPLICA, rssBytes: 2 * GIB };
    const capacity = instanceCapacity(large, SMALL);
    assert.equal(capacity?.bindingConstraint, 'memory');
    assert.equal(capacity.replicas, 1);
    assert.equal(instanceCapacity({ ...REPLICA, rssBytes: 5 * GIB }, SMALL), undefined);
  });

  test('never promises more than the cores can do', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 1e6, noNaN: true }),
        fc.double({ min: 100, max: 1e8, noNaN: true }),
        fc.integer({ min: 1, max: 64 }),
        (median, cpuNsPerCall, cores) => {
          const replica = {
            maxRatePerSecond: { median, low: median, high: median },
            cpuNsPerCall,
            rssBytes: null,
          };
          const capacity = instanceCapacity(replica, { ...SMALL, cores });
          assert.ok(capacity !== undefined);
          assert.ok((capacity.ratePerSecond.median * cpuNsPerCall) / 1e9 <= cores * 1.000001);
        },
      ),
    );
  });
});

describe('planMonths', () => {
  const capacity = instanceCapacity(REPLICA, SMALL);
  assert.ok(capacity !== undefined);

  test('rounds up, with headroom and spares', () => {
    assert.equal(instancesFor(10_000, 4_000, PLAIN), 3);
    assert.equal(instancesFor(8_000, 4_000, PLAIN), 2);
    assert.equal(instancesFor(10_000, 4_000, { ...PLAIN, headroom: 0.3 }), 4);
    assert.equal(
      instancesFor(10_000, 4_000, { headroom: 0.3, redundancy: { spare: 1, zones: 3 } }),
      6,
    );
    assert.equal(instancesFor(0, 4_000, PLAIN), 1);
  });

  test('grows month by month, and so does the cost', () => {
    const months = planMonths(capacity, DEMAND, PLAIN, SMALL);
    assert.equal(months.length, 13);
    assert.deepEqual(months[0]?.instances, { median: 3, low: 3, high: 3 });
    assert.equal(months[0]?.costPerMonth, 156);
    // 156 $ a month for 4,000 calls/s over 730 hours.
    assert.ok(Math.abs((months[0]?.costPerMillionCalls ?? 0) - 156 / 10_512) < 1e-9);
    assert.ok(Math.abs((months[12]?.peakRatePerSecond ?? 0) - 31_384.28) < 0.01);
    assert.deepEqual(months[12]?.instances, { median: 8, low: 8, high: 9 });
  });

  test('has no cost without a price', () => {
    const [now] = planMonths(capacity, DEMAND, PLAIN, { ...SMALL, price: null });
    assert.equal(now?.costPerMonth, null);
    assert.equal(now.costPerMillionCalls, null);
  });
});

describe('sensitivity', () => {
  const plan = {
    replica: REPLICA,
    instance: SMALL,
    demand: DEMAND,
    policy: { headroom: 0.3, redundancy: { spare: 1, zones: 1 } },
  };

  test('changes one thing at a time', () => {
    const table = new Map(whatIfTable(plan).map((row) => [row.change, row]));
    assert.equal(table.get('as planned')?.instancesNow, 5);
    assert.equal(table.get('twice the load')?.instancesNow, 9);
    assert.equal(table.get('no growth')?.instancesAtHorizon, 5);
    assert.equal(table.get('no headroom')?.instancesNow, 4);
    assert.equal(table.get('nothing to spare')?.instancesNow, 4);
    assert.equal(table.get('calls twice as heavy')?.instancesNow, 9);
    assert.equal(table.get('as planned')?.costPerMonth, 13 * 52);
  });

  test('puts what matters most first', () => {
    const rows = tornado(plan);
    const spreads = rows.map((row) => Math.abs(row.instancesAtHigh - row.instancesAtLow));
    assert.deepEqual(
      spreads,
      spreads.toSorted((a, b) => b - a),
    );
    assert.match(rows[0]?.assumption ?? '', /growth a month/);
    assert.deepEqual([rows[0]?.low, rows[0]?.high], ['5 %', '15 %']);
  });

  test('says when a replica would not fit any more', () => {
    const tight = { ...plan, replica: { ...REPLICA, rssBytes: 2 * GIB } };
    const row = whatIfTable(tight).find(({ change }) => change === 'twice the memory');
    assert.equal(row?.instancesNow, null);
    assert.equal(row.costPerMonth, null);
  });
});
