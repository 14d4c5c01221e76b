/** The command `toolrig baseline …`: its subcommands, flags and help. `baseline.ts` does the work. */

import { join } from 'node:path';
import type { Argv, CommandModule } from 'yargs';
import { text } from './coerce.ts';

const HELP = `A baseline is the record of a run under a name, in results/baselines/, which is
meant to be committed. toolrig gate --baseline NAME compares with it, on the
same machine only; toolrig compare and report take its name.

Examples:
  toolrig bench orders.scenario.mjs && toolrig baseline save release-3
    keeps the run that was made last
  toolrig baseline save release-3 --run 20261122-153012-ab12 --force
    keeps another one instead

Exit codes:
  0  done
  2  usage: no such baseline or run, a name that is taken, a file that is none`;

/** What each action takes, for the messages about a mistake. */
export const BASELINE_USAGES = [
  'baseline save <name>',
  'baseline list',
  'baseline show <name>',
  'baseline rm <name>',
];

export const baselineCommand: CommandModule = {
  command: 'baseline <action>',
  describe: 'keep runs to compare with',
  builder: (args) => declare(args),
  // One of the actions has run: each is demanded.
  handler() {},
};

function declare(args: Argv): Argv {
  return args
    .usage('$0 baseline <action>\n\nKeeps runs under a name, to compare with.')
    .command(
      'save <name>',
      'keep a run as a baseline',
      (save) =>
        save
          .positional('name', { type: 'string', demandOption: true, describe: 'of the baseline' })
          .options({
            run: {
              string: true,
              default: 'latest',
              coerce: text('run', 'the id, folder or run.json of a run'),
              describe: 'its id, the start of one, its folder or run.json; default: latest',
            },
            runs: {
              string: true,
              default: join('results', 'runs'),
              coerce: text('runs', 'a folder'),
              describe: 'where runs are; default: results/runs',
            },
            force: { boolean: true, describe: 'overwrite a baseline of this name' },
          }),
      async (flags) => {
        const { saveAction } = await import('./baseline.ts');
        await saveAction(flags);
      },
    )
    .command(
      'list',
      'list the baselines',
      (list) => list.option('json', { boolean: true, describe: 'print one JSON document' }),
      async ({ json = false }) => {
        const { listAction } = await import('./baseline.ts');
        await listAction(json);
      },
    )
    .command(
      'show <name>',
      'show a baseline',
      (show) =>
        show
          .positional('name', { type: 'string', demandOption: true, describe: 'of the baseline' })
          .option('json', { boolean: true, describe: 'print its run record, and it alone' }),
      async ({ name, json = false }) => {
        const { showAction } = await import('./baseline.ts');
        await showAction(name, json);
      },
    )
    .command(
      'rm <name>',
      'remove a baseline',
      (remove) =>
        remove.positional('name', {
          type: 'string',
          demandOption: true,
          describe: 'of the baseline',
        }),
      async ({ name }) => {
        const { removeAction } = await import('./baseline.ts');
        await removeAction(name);
      },
    )
    .demandCommand(1, 'name an action: save, list, show, rm')
    .epilogue(HELP);
}
