#!/usr/bin/env node
/**
 * The program `toolrig`: finds the command, and turns what it throws into a message and an exit code.
 *
 * It ends by itself when the command has: a service under test may leave a timer or a socket
 * behind, and a program that waited for those would hang a CI job.
 */

import yargs, { type Argv, type CommandModule } from 'yargs';
import { hideBin } from 'yargs/helpers';
import { ToolrigError } from '../core/errors.ts';
import { baselineCommand } from './baseline-command.ts';
import { benchCommand } from './bench-command.ts';
import { callCommand } from './call-command.ts';
import { capacityCommand } from './capacity-command.ts';
import { compareCommand } from './compare-command.ts';
import { doctorCommand } from './doctor-command.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { gateCommand } from './gate-command.ts';
import { historyCommand } from './history-command.ts';
import { listCommand } from './list-command.ts';
import { microCommand } from './micro-command.ts';
import { TOOL } from './package-info.ts';
import { reportCommand } from './report-command.ts';
import { serveCommand } from './serve-command.ts';
import { statusCommand } from './status-command.ts';
import { drained, stderr } from './streams.ts';
import { uiCommand } from './ui-command.ts';
import { requirePlainWords, usageError } from './usage-error.ts';

const COMMANDS = [
  benchCommand,
  compareCommand,
  gateCommand,
  baselineCommand,
  capacityCommand,
  historyCommand,
  listCommand,
  microCommand,
  reportCommand,
  uiCommand,
  doctorCommand,
  serveCommand,
  statusCommand,
  callCommand,
] as CommandModule[];
const USAGES = COMMANDS.map(({ command }) => String(command));
const COMMAND_NAMES = USAGES.map((usage) => usage.split(' ')[0] as string);
const HELP_COLUMNS = 80;

/** yargs has it, its types do not. */
type WithUsageConfiguration = Argv & {
  usageConfiguration(configuration: { 'hide-types': boolean }): Argv;
};

const given = hideBin(process.argv);
const words = given[0] === 'help' ? [...given.slice(1), '--help'] : given;
const parser = (yargs(words) as WithUsageConfiguration)
  .usageConfiguration({ 'hide-types': true })
  .scriptName('toolrig')
  .usage('$0 <command>\n\nHosts MCP services, and measures what every way of hosting them costs.')
  .parserConfiguration({
    'boolean-negation': false,
    'camel-case-expansion': false,
    'dot-notation': false,
  })
  .updateStrings({ 'Positionals:': 'Arguments:' })
  .version(TOOL.version)
  .describe('version', 'show the version')
  .help()
  .describe('help', 'show this text')
  .alias('help', 'h')
  .strict()
  .demandCommand(1, `name a command: ${COMMAND_NAMES.join(', ')}`)
  .epilogue('toolrig <command> --help tells more, with examples.')
  .wrap(Math.min(HELP_COLUMNS, process.stdout.columns ?? HELP_COLUMNS))
  .exitProcess(false)
  .fail((complaint, error) => {
    // A YError is the parser's own; anything else comes from a command.
    if (error !== undefined && error?.name !== 'YError') throw error;
    throw usageError(complaint, { words, parser, commands: COMMAND_NAMES, usages: USAGES });
  });
for (const command of COMMANDS) parser.command(command);

// Not a call that failed, which the harness counts: something a service or a scenario let loose.
process.on('uncaughtException', (thrown) => {
  stderr(`toolrig: an error outside any call ended the run: ${described(thrown)}\n`);
  process.exit(EXIT.invalid);
});

try {
  requirePlainWords(words);
  await parser.parseAsync();
} catch (error) {
  stderr(`toolrig: ${described(error)}\n`);
  process.exitCode = exitCodeOf(error);
}
await drained();
process.exit();

/** The message, and for what is no error of ours the place it was thrown at. */
function described(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  if (thrown instanceof ToolrigError) return thrown.message;
  const place = /\n\s+at ([^\n]+)/.exec(thrown.stack ?? '')?.[1];
  return place === undefined ? String(thrown) : `${String(thrown)} (at ${place})`;
}
