import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { IDLE } from '../../../../src/cli/serving/activity-window.ts';
import type { ServiceRow, StatusDocument } from '../../../../src/cli/serving/status-document.ts';
import {
  renderStatus,
  renderStatusLine,
  renderTree,
} from '../../../../src/cli/serving/status-view.ts';
import type { ChildNode, ServiceHealth } from '../../../../src/runtime/index.ts';

const NOW_MS = Date.UTC(2026, 0, 1, 12);

function node(id: string, more: Partial<ChildNode> = {}): ChildNode {
  return { id, type: 'worker', status: 'running', restarts: 0, startedAt: undefined, ...more };
}

function row(name: string, more: Partial<ServiceRow> = {}): ServiceRow {
  return {
    name,
    status: 'running',
    placement: 'inline',
    mailboxLength: 0,
    inFlight: 0,
    requestCount: 0,
    errorCount: 0,
    restarts: 0,
    ...IDLE,
    ...more,
  };
}

function health(name: string, more: Partial<ServiceHealth> = {}): ServiceHealth {
  return {
    name,
    status: 'healthy',
    reason: null,
    failedCopies: [],
    lastSeen: null,
    latencyMs: 1,
    consecutiveFailures: 0,
    restartsAsked: 0,
    ...more,
  };
}

const STATUS: StatusDocument = {
  schemaVersion: 1,
  tool: { name: 'toolrig', version: '1.2.3' },
  pid: 42,
  port: 7420,
  state: 'running',
  startedAt: '2026-01-01T11:00:00.000Z',
  uptimeSeconds: 3_600,
  health: {
    totalServices: 2,
    failedServices: 1,
    lastCheck: '2026-01-01T11:59:48.000Z',
    status: 'degraded',
    services: [health('calculator'), health('data', { status: 'failed', reason: 'no-answer' })],
  },
  tree: node('toolrig', {
    type: 'supervisor',
    children: [
      node('services', {
        type: 'supervisor',
        children: [
          node('calculator', { service: 'calculator' }),
          node('data', { service: 'data', restarts: 3, status: 'restarting' }),
        ],
      }),
      node('health'),
    ],
  }),
  services: [
    row('calculator', { callsPerSecond: 1_234_567, p99Ns: 12_345, mailboxLength: 7, inFlight: 2 }),
    row('data', { status: 'down', placement: null, restarts: 3 }),
  ],
  total: { callsPerSecond: 1_234_567, p99Ns: 12_345 },
};

describe('renderStatus', () => {
  test('draws the tree with what each service does', () => {
    assert.equal(
      renderStatus(STATUS, { colour: 'none', nowMs: NOW_MS }),
      `toolrig 1.2.3  running for 60 min, pid 42, http://127.0.0.1:7420
degraded: 1 of 2 services well, checked 12 s ago; 1.23M calls/s, p99 12.3 µs

                  state    health             calls/s      p99  waiting  in flight  restarts
toolrig           running
├─ services       running
│  ├─ calculator  running  healthy              1.23M  12.3 µs        7          2         0
│  └─ data        down     failed: no-answer        0        –        0          0         3
└─ health         running
`,
    );
  });

  test('names the copies that failed', () => {
    const failed = {
      status: 'failed',
      reason: 'no-answer',
      failedCopies: ['scheduler 2'],
    } as const;
    const services = [health('calculator'), health('data', failed)];
    const status = { ...STATUS, health: { ...STATUS.health, services } };
    const text = renderStatus(status, { colour: 'none', nowMs: NOW_MS });
    assert.match(text, / down {5}failed: no-answer \(scheduler 2\) /);
  });

  test('says where a service runs when it is elsewhere, and that nothing was checked yet', () => {
    const text = renderStatus(
      {
        ...STATUS,
        health: { ...STATUS.health, status: 'healthy', lastCheck: null, services: [] },
        services: [row('calculator', { placement: 'worker' })],
      },
      { colour: 'none', nowMs: NOW_MS },
    );
    assert.match(text, /services well, not checked yet;/);
    assert.match(text, /calculator {2}running, worker {2}\? /);
  });

  test('is the same text in colour', () => {
    const coloured = renderStatus(STATUS, { colour: 'ansi', nowMs: NOW_MS });
    assert.ok(coloured.includes('\u001b[31mdegraded'));
    // oxlint-disable-next-line no-control-regex -- that is what colours are made of
    const bare = coloured.replaceAll(/\u001b\[\d+m/g, '');
    const plain = renderStatus(STATUS, { colour: 'none', nowMs: NOW_MS });
    const trimmed = (text: string) => text.replaceAll(/ +$/gm, '');
    assert.equal(trimmed(bare), plain);
  });

  test('lets no name move the cursor', () => {
    const tree = node('a\u001b[2J\nb', { type: 'supervisor' });
    assert.ok(
      !renderStatus({ ...STATUS, tree }, { colour: 'none', nowMs: NOW_MS }).includes('\u001b'),
    );
  });
});

test('renderStatusLine has everything of note on one line', () => {
  assert.equal(
    renderStatusLine(STATUS, NOW_MS),
    '2026-01-01T12:00:00.000Z  running  degraded (data no-answer)  1/2 services  1.23M calls/s  ' +
      'p99 12.3 µs  7 waiting  3 restarts',
  );
});

test('renderTree has the tree alone', () => {
  assert.equal(
    renderTree(STATUS.tree),
    `toolrig           running
├─ services       running
│  ├─ calculator  running
│  └─ data        restarting
└─ health         running
`,
  );
});
