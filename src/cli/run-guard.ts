/**
 * Stands by while a run goes on, for the case that the program ends before the run does: a service or a
 * scenario that runs inside of it calls `process.exit`, or lets an error loose outside any call. Without it
 * such a run would end as if by itself, with an exit code that somebody else chose and without a word.
 *
 * All that is done then is done at once: once `exit` has been emitted, nothing asynchronous happens any more.
 */

import { ToolrigError } from '../core/errors.ts';
import { complain } from './complaint.ts';
import { exitCodeOf } from './exit-codes.ts';
import { describeThrown } from './thrown.ts';

export interface RunGuard {
  /** Says where the run has got to: `scenario 'mixed', variant 'native' in round 3`. */
  at(where: string): void;
  /** Says what is to be kept of the run, without waiting for anything. Default: nothing. */
  keepWith(keep: (failure: ToolrigError) => void): void;
  /** The run has come to its own end. */
  release(): void;
}

interface Guarded {
  where: string;
  keep: (failure: ToolrigError) => void;
}

let guarded: Guarded | undefined;

/** Guards the one run of this program until released. @param where - it begins */
export function guardRun(where: string): RunGuard {
  const run: Guarded = { where, keep: () => {} };
  guarded = run;
  process.on('exit', onExit);
  return {
    at(reached) {
      run.where = reached;
    },
    keepWith(keep) {
      run.keep = keep;
    },
    release() {
      guarded = undefined;
      process.off('exit', onExit);
    },
  };
}

/** Ends the program for something that no call can be blamed for, and keeps what a run under way has measured. */
export function endFor(failure: ToolrigError): never {
  end(failure);
  process.exit();
}

/** Ends the program, and keeps nothing. */
export function endAtOnce(exitCode: number): never {
  guarded = undefined;
  process.exit(exitCode);
}

function onExit(exitCode: number): void {
  if (guarded === undefined) return;
  const place = callerOfExit(new Error().stack ?? '');
  const cause =
    place === undefined
      ? 'there was nothing left to wait for'
      : `process.exit(${exitCode}) was called at ${place}`;
  end(new ToolrigError('ERR_TARGET', `${cause}, which ended the run in ${guarded.where}`));
}

function end(failure: ToolrigError): void {
  const run = guarded;
  guarded = undefined;
  try {
    run?.keep(failure);
  } catch (thrown) {
    complain(describeThrown(thrown));
  }
  complain(failure.message);
  process.exitCode = exitCodeOf(failure);
}

/** Where the call of `process.exit` stands that a stack leads to. */
function callerOfExit(stack: string): string | undefined {
  return /\n\s+at (?:process\.)?exit \([^\n]+\n\s+at ([^\n]+)/.exec(stack)?.[1];
}
