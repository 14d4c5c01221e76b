#!/usr/bin/env node
/** The program `toolrig`: finds the command, and turns what it throws into a message and an exit code. */

import yargs, { type CommandModule } from 'yargs';
import { hideBin } from 'yargs/helpers';
import { ToolrigError } from '../core/errors.ts';
import { benchCommand } from './bench.ts';
import { exitCodeOf } from './exit-codes.ts';
import { listCommand } from './list.ts';
import { microCommand } from './micro.ts';
import { TOOL } from './package-info.ts';
import { stderr } from './streams.ts';
import { usageError } from './usage-error.ts';

const COMMANDS = [benchCommand, listCommand, microCommand] as CommandModule[];

const parser = yargs(hideBin(process.argv))
  .scriptName('toolrig')
  .usage('$0 <command>\n\nWhat every way of hosting MCP services costs, measured.')
  .version(TOOL.version)
  .help()
  .alias('help', 'h')
  .strict()
  .demandCommand(1, 'name a command')
  .recommendCommands()
  .wrap(process.stdout.columns ? Math.min(100, process.stdout.columns) : 100)
  .exitProcess(false)
  .fail((message, error, command) => {
    throw error ?? usageError(message, command);
  });
for (const command of COMMANDS) parser.command(command);

try {
  await parser.parseAsync();
} catch (error) {
  const known = error instanceof ToolrigError;
  stderr(`toolrig: ${known ? error.message : String((error as Error)?.stack ?? error)}\n`);
  process.exitCode = exitCodeOf(error);
}
