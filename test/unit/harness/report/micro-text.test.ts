import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderMicroBench } from '../../../../src/harness/report/micro-text.ts';
import type { MicroBenchRecord } from '../../../../src/harness/results/micro-record.ts';

const record: MicroBenchRecord = {
  bench: 'dispatch',
  rounds: 24,
  warmupRounds: 10,
  tasks: [
    {
      name: 'bare-await',
      callsPerGroup: 1_000,
      nsPerCall: { median: 45.04, low: 44.9, high: 45.16 },
      ratio: { to: 'bare-await', median: 1, low: 1, high: 1 },
    },
    {
      name: 'json',
      callsPerGroup: 25,
      nsPerCall: { median: 2_003.4, low: 1_998, high: 2_010 },
      ratio: { to: 'bare-await', median: 44.48, low: 44.31, high: 44.6 },
    },
  ],
  warnings: ['not steady after 10 rounds of warming up: json'],
};

test('a bench is a table of times and ratios, with its rounds and warnings below', () => {
  assert.equal(
    renderMicroBench(record),
    `┌────────────┬─────────┬───────────────┬──────────────┬───────────────┐
│ dispatch   │ ns/call │ 95 % interval │ × bare-await │ 95 % interval │
├────────────┼─────────┼───────────────┼──────────────┼───────────────┤
│ bare-await │    45.0 │   44.9 – 45.2 │            1 │               │
│ json       │   2,003 │ 1,998 – 2,010 │         44.5 │   44.3 – 44.6 │
└────────────┴─────────┴───────────────┴──────────────┴───────────────┘
  24 rounds, 10 to warm up; ratios are paired by round
  warning: not steady after 10 rounds of warming up: json
`,
  );
});

test('an interval that one round cannot give is called unknown', () => {
  const unbounded = { median: 5, low: 0, high: Number.MAX_VALUE };
  const tasks = [
    { name: 'a', callsPerGroup: 1, nsPerCall: unbounded, ratio: { to: 'b', ...unbounded } },
  ];
  assert.match(
    renderMicroBench({ ...record, tasks }),
    /│ a +│ +5\.00 │ +unknown │ +5\.00 │ +unknown │/u,
  );
});
