#!/usr/bin/env node
/**
 * The program `toolrig`: runs the command, and turns what it throws into a message and an exit code.
 *
 * It ends by itself when the command has: a service under test may leave a timer or a socket
 * behind, and a program that waited for those would hang a CI job.
 */

import { hideBin } from 'yargs/helpers';
import { ToolrigError } from '../core/errors.ts';
import { complain } from './complaint.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { runCommand } from './program.ts';
import { endFor } from './run-guard.ts';
import { drained, lostOutput } from './streams.ts';
import { describeThrown } from './thrown.ts';

// Not a call that failed, which the harness counts: something a service or a scenario let loose.
process.on('uncaughtException', (thrown) => {
  const message = `an error outside any call ended the run: ${describeThrown(thrown)}`;
  endFor(new ToolrigError('ERR_INVALID_MEASUREMENT', message, { cause: thrown }));
});

try {
  await runCommand(hideBin(process.argv));
} catch (error) {
  complain(describeThrown(error));
  process.exitCode = exitCodeOf(error);
}
await drained();
const lost = lostOutput();
if (lost !== undefined) {
  complain(`results could not be written to stdout: ${lost}`);
  process.exitCode ||= EXIT.usage; // as any place that cannot be written; a worse outcome stays
  await drained();
}
process.exit();
