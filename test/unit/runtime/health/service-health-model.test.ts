import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { HealthMonitor } from '../../../../src/runtime/health/health-monitor.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';
import { type PingScript, ScriptedReference } from '../../../helpers/scripted-reference.ts';

type Condition = Extract<PingScript, string> | 'missing' | 'supervisor is starting it';

const CONDITIONS: readonly Condition[] = [
  'well',
  'mute',
  'busy',
  'dies',
  'refuses',
  'starting',
  'stopping',
  'missing',
  'supervisor is starting it',
];
const REASONS: Readonly<Record<Condition, string | null>> = {
  well: null,
  mute: 'no-answer',
  busy: 'busy',
  dies: 'exited',
  refuses: 'refused',
  starting: 'starting',
  stopping: 'stopping',
  missing: 'not-registered',
  'supervisor is starting it': 'starting',
};
const MENDED_BY_RESTART: readonly Condition[] = ['mute', 'refuses', 'missing'];

/** How one check finds the name, and how often it has changed hands by then. */
interface Look {
  readonly condition: Condition;
  readonly holder: number;
}

/** The restarts that a history of one name should lead to, by looking at all of it. */
function restartsFor(history: readonly Look[], failuresBeforeRestart: number): number {
  let seen = -1;
  const marks = history.map(({ condition, holder }) => {
    const isSuccessor = condition !== 'missing' && holder !== seen;
    if (isSuccessor) seen = holder;
    return `${isSuccessor ? '.' : ''}${MENDED_BY_RESTART.includes(condition) ? 'x' : '.'}`;
  });
  const runs = marks.join('').split('.');
  return runs.reduce((sum, run) => sum + Math.floor(run.length / failuresBeforeRestart), 0);
}

describe('the health of services', () => {
  test('is what a look at the whole history says, whatever happens to them', async () => {
    const anyCondition = fc.constantFrom(...CONDITIONS);
    const isReplaced = fc.nat(3).map((number) => number === 0);
    const round = fc.record({ a: anyCondition, b: anyCondition, isReplaced });
    const rounds = fc.array(round, { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(rounds, fc.integer({ min: 1, max: 4 }), async (histories, allowed) => {
        const clock = new ManualClock();
        const references = { a: new ScriptedReference('a'), b: new ScriptedReference('b') };
        let now: Record<'a' | 'b', Condition> = { a: 'well', b: 'well' };
        let holder = 0;
        const looks: Record<'a' | 'b', Look[]> = { a: [], b: [] };
        const restarts = { a: 0, b: 0 };
        const monitor = new HealthMonitor(
          {
            lookup: (name) =>
              now[name as 'a'] === 'missing' ? undefined : references[name as 'a'],
          },
          () =>
            (['a', 'b'] as const).map((name) => ({
              name,
              isStarting: now[name] === 'supervisor is starting it',
            })),
          {
            clock,
            onUnhealthy: 'restart',
            failuresBeforeRestart: allowed,
            restart: (name) => restarts[name as 'a']++,
          },
        );
        const lastSeen: Record<'a' | 'b', string | null> = { a: null, b: null };
        for (const conditions of histories) {
          now = conditions;
          clock.advance(1_000);
          if (conditions.isReplaced) holder += 1;
          for (const name of ['a', 'b'] as const) {
            if (conditions.isReplaced) references[name] = new ScriptedReference(name);
            looks[name].push({ condition: conditions[name], holder });
            references[name].script = conditions[name] as PingScript;
            if (conditions[name] === 'well')
              lastSeen[name] = new Date(clock.wallMs()).toISOString();
          }
          const { services, failedServices, status } = await monitor.checkNow();
          for (const [place, name] of (['a', 'b'] as const).entries()) {
            const history = looks[name];
            const health = services[place];
            const lastWell = history.map(({ condition }) => condition).lastIndexOf('well');
            assert.equal(health?.reason, REASONS[conditions[name]]);
            assert.equal(health?.status, conditions[name] === 'well' ? 'healthy' : 'failed');
            assert.equal(health?.lastSeen, lastSeen[name]);
            assert.equal(health?.consecutiveFailures, history.length - 1 - lastWell);
            assert.equal(health?.restartsAsked, restartsFor(history, allowed));
            assert.equal(restarts[name], restartsFor(history, allowed));
          }
          const failed = [conditions.a, conditions.b].filter((one) => one !== 'well').length;
          assert.equal(failedServices, failed);
          assert.equal(status, failed === 0 ? 'healthy' : 'degraded');
        }
      }),
      { numRuns: 150 },
    );
  });
});
