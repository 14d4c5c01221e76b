/**
 * The commands of `toolrig`, and the parser that finds the one that was asked for. It throws what is wrong with
 * the command line, or what the command failed with; `main.ts` makes a message and an exit code of it.
 */

import yargs, { type Argv, type CommandModule } from 'yargs';
import { BASELINE_USAGES, baselineCommand } from './baseline-command.ts';
import { benchCommand } from './bench-command.ts';
import { callCommand } from './call-command.ts';
import { capacityCommand } from './capacity-command.ts';
import { compareCommand } from './compare-command.ts';
import { doctorCommand } from './doctor-command.ts';
import { gateCommand } from './gate-command.ts';
import { historyCommand } from './history-command.ts';
import { listCommand } from './list-command.ts';
import { loadCommand } from './load-command.ts';
import { microCommand } from './micro-command.ts';
import { TOOL } from './package-info.ts';
import { reportCommand } from './report-command.ts';
import { serveCommand } from './serve-command.ts';
import { statusCommand } from './status-command.ts';
import { uiCommand } from './ui-command.ts';
import { requireBareSwitches, requirePlainWords, usageError } from './usage-error.ts';

const COMMANDS = [
  benchCommand,
  loadCommand,
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
const COMMAND_USAGES = COMMANDS.map(({ command }) => String(command));
const COMMAND_NAMES = COMMAND_USAGES.map((usage) => usage.split(' ')[0] as string);
const USAGES = [...BASELINE_USAGES, ...COMMAND_USAGES];
const HELP_COLUMNS = 80;

/** yargs has it, its types do not. */
type WithUsageConfiguration = Argv & {
  usageConfiguration(configuration: { 'hide-types': boolean }): Argv;
};

/**
 * Runs the command that `given`, the words after the program's name, asks for.
 *
 * @throws `ERR_USAGE` for a mistake in them, and whatever the command throws
 */
export async function runCommand(given: readonly string[]): Promise<void> {
  const all = given[0] === 'help' ? [...given.slice(1), '--help'] : [...given];
  const words = wordsOf(all);
  requirePlainWords(words);
  await parserOf(all, words).parseAsync();
}

/** Without the command behind `--` that `load` starts: its flags are not ours. */
function wordsOf(all: readonly string[]): readonly string[] {
  const end = all.indexOf('--');
  return all[0] === 'load' && end !== -1 ? all.slice(0, end) : all;
}

/** @param words - those of `all` that are for us */
function parserOf(all: readonly string[], words: readonly string[]): Argv {
  const parser: Argv = (yargs([...all]) as WithUsageConfiguration)
    .usageConfiguration({ 'hide-types': true })
    .scriptName('toolrig')
    .usage('$0 <command>\n\nHosts MCP services, and measures what every way of hosting them costs.')
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'populate--': true,
    })
    .updateStrings({ 'Positionals:': 'Arguments:' })
    .version(TOOL.version)
    .describe('version', 'show the version')
    .help()
    .describe('help', 'show this text')
    .alias('help', 'h')
    .strict()
    .middleware(() => requireBareSwitches(words, parser), true)
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
  return parser;
}
