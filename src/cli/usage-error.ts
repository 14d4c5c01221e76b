/**
 * Makes the parser's complaints say what was written, name the nearest thing that exists, and where
 * to look.
 */

import { ToolrigError } from '../core/errors.ts';
import { didYouMean, nearest } from '../core/nearest.ts';

/** The command line a complaint is about. */
export interface CommandLine {
  /** What was written after the program's name. */
  readonly words: readonly string[];
  /** The yargs parser, which knows the flags of the command it has got to. */
  readonly parser: object;
  readonly commands: readonly string[];
  /** What each command and each of its actions takes, as `call <service> <method> [json]`, `baseline rm <name>`. */
  readonly usages: readonly string[];
}

interface WithOptions {
  getOptions(): {
    readonly key: Readonly<Record<string, unknown>>;
    /** Flags that are there or not. */
    readonly boolean: readonly string[];
  };
}

/** The letters of flags that are there or not. */
const SWITCH_LETTERS = /^-[qhw]+$/;

/** The error for a complaint of yargs about the command line. */
export function usageError(complaint: string, line: CommandLine): ToolrigError {
  const command = commandOf(line);
  const action = problemWithAction(command, line);
  const unknown = /^Unknown (?:argument|command)s?: (.+)$/m.exec(complaint)?.[1]?.split(', ');
  const problems =
    action !== undefined
      ? [action]
      : (unknown?.map((name) => problemWith(name, command, line)) ?? [
          missingArgument(complaint, command, line) ?? sentence(complaint),
        ]);
  const where = command === undefined ? 'toolrig --help' : `toolrig ${command} --help`;
  return new ToolrigError('ERR_USAGE', `${[...new Set(problems)].join(' ')} See ${where}.`);
}

function sentence(text: string): string {
  return /[.?]$/.test(text) ? text : `${text}.`;
}

/**
 * Refuses what yargs would misread without a word: `-variants` as seven flags, and what follows `--` not at all.
 *
 * @throws `ERR_USAGE`
 */
export function requirePlainWords(words: readonly string[]): void {
  for (const word of words) {
    const problem = misread(word);
    if (problem !== undefined) throw new ToolrigError('ERR_USAGE', problem);
  }
}

/**
 * Refuses a value of a flag that has none, such as `--json=3`, which yargs would read as "not json".
 *
 * @param parser - which has got to the command, and knows its flags
 * @throws `ERR_USAGE`
 */
export function requireBareSwitches(words: readonly string[], parser: object): void {
  const switches = (parser as WithOptions).getOptions().boolean;
  for (const word of words) {
    const [flag = ''] = word.split('=');
    if (word === flag || !switches.some((name) => flag === `--${name}`)) continue;
    throw new ToolrigError('ERR_USAGE', `${flag} takes no value, got '${word}'`);
  }
}

function misread(word: string): string | undefined {
  if (word === '--') return "there is nothing to put after '--': leave it out";
  const [flag] = word.split('=');
  const isLong = /^-[a-z]{2,}/i.test(word) && !SWITCH_LETTERS.test(word);
  return isLong ? `there is no flag ${flag}: a long one has two dashes, as -${flag}` : undefined;
}

function commandOf({ words, commands }: CommandLine): string | undefined {
  const [first] = plainWords(words);
  return commands.find((name) => name === first);
}

function plainWords(words: readonly string[]): string[] {
  return words.filter((word) => !word.startsWith('-'));
}

/** For a command that has actions and was given none of them, `undefined` otherwise. */
function problemWithAction(command: string | undefined, line: CommandLine): string | undefined {
  const [, given] = plainWords(line.words);
  const actions = line.usages
    .map((usage) => usage.split(' '))
    .filter(([name, action = '']) => name === command && /^\w/.test(action))
    .map(([, action]) => action as string);
  if (given === undefined || actions.length === 0 || actions.includes(given)) return undefined;
  return `there is no action '${given}' of toolrig ${command}.${didYouMean(given, actions)}`;
}

/** What to write for the arguments that are missing; `undefined` for any other complaint. */
function missingArgument(
  complaint: string,
  command: string | undefined,
  { words, usages }: CommandLine,
): string | undefined {
  const given = /^Not enough non-option arguments: got (\d+)/.exec(complaint)?.[1];
  const [, action] = plainWords(words);
  const usage =
    usages.find((each) => `${each} `.startsWith(`${command} ${action} `)) ??
    usages.find((each) => new RegExp(`^${command} [<[]`).test(each));
  if (given === undefined || usage === undefined) return undefined;
  const missing = (usage.match(/<[^>]+>/g) ?? []).slice(Number(given));
  return `${missing.join(' and ')} missing: write toolrig ${usage}.`;
}

function problemWith(name: string, command: string | undefined, line: CommandLine): string {
  const { words, commands } = line;
  if (words.includes(name)) {
    return command === undefined
      ? `there is no command '${name}'.${didYouMean(name, commands)}`
      : `'${name}' is no argument of toolrig ${command}.`;
  }
  const flag = name.length === 1 ? `-${name}` : `--${name}`;
  const known = Object.keys((line.parser as WithOptions).getOptions().key);
  const long = known.filter((each) => each.length > 1);
  const found = nearest(name, long);
  const hint =
    found === undefined
      ? `There is: ${flagsAmong(long, command, line).join(', ')}.`
      : `Did you mean --${found}?`;
  return `there is no flag ${flag}. ${hint}`;
}

/** All but what every command has, and its arguments, which the parser takes as flags as well. */
function flagsAmong(
  known: readonly string[],
  command: string | undefined,
  { usages }: CommandLine,
): string[] {
  const own = usages.filter((usage) => usage.split(' ')[0] === command).join(' ');
  const others = ['help', 'version', ...(own.match(/(?<=[<[])\w+/g) ?? [])];
  return known.filter((name) => !others.includes(name)).map((name) => `--${name}`);
}
