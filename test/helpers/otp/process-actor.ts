/**
 * Children that are processes: each incarnation is one of its own, and none of them is Node, which
 * would take a tenth of a second each. A shell speaks the IPC channel's JSON lines as well.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { processChild } from '../../../src/runtime/index.ts';
import type { Actor, Behaviour, Outcome } from './actor.ts';
import { EXIT_REASONS, exitCodeOf, stopCodeOf } from './exit-codes.ts';

/** Ends with the code that it is told on its standard input. */
const UNTIL_TOLD = 'while read -r code; do exit "$code"; done';

export function makeProcessActor(outcome: Outcome, behaviour: Behaviour): Actor {
  let process: ChildProcess | undefined;
  const script = [`trap ${trapOf(behaviour)} TERM`, ...actionsOf(outcome)].join('\n');
  return {
    start: processChild(
      () => {
        process = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore', 'ipc'] });
        process.stdin?.on('error', () => {}); // told to end when it has ended
        return process;
      },
      { ready: 'message', exitReasons: EXIT_REASONS },
    ),
    end: (reason) => process?.stdin?.write(`${exitCodeOf(reason)}\n`),
  };
}

function trapOf(behaviour: Behaviour): string {
  if (behaviour === 'obey') return "'exit 0'";
  if (behaviour === 'hang') return "''";
  const [kind, argument] = behaviour;
  return kind === 'slow' ? `'sleep ${argument / 1_000}; exit 0'` : `'exit ${stopCodeOf(argument)}'`;
}

function actionsOf(outcome: Outcome): readonly string[] {
  if (outcome === 'crash') return ['exit 1'];
  if (outcome === 'ignore') return [say({ toolrig: 'ignore' })];
  if (outcome[0] === 'error') return [`exit ${exitCodeOf(outcome[1])}`];
  const info = Array.isArray(outcome) ? { info: outcome[1] as unknown } : {};
  return [say({ toolrig: 'ready', ...info }), UNTIL_TOLD];
}

function say(message: object): string {
  return `printf '%s\\n' '${JSON.stringify(message).replaceAll("'", "'\\''")}' >&"$NODE_CHANNEL_FD"`;
}
