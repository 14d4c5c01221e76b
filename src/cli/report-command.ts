/** The command `toolrig report RUN…`: its flags and help. `report.ts` does the work. */

import { join } from 'node:path';
import type { CommandModule } from 'yargs';
import { oneOf, text } from './coerce.ts';
import type { ReportFlags } from './report.ts';

/** As in `harness/report/run-formats.ts`, which is not loaded for a mistyped flag. */
const FORMATS = [
  'text',
  'markdown',
  'html',
  'csv',
  'json',
  'junit',
  'github',
  'benchmark-action',
  'bencher',
  'prometheus',
] as const;

const HELP = `Examples:
  toolrig report latest
    the newest run, as it was printed when it was made
  toolrig report 20261122-1530 --format html --out run.html
    a page that needs no network; an id may be cut short
  toolrig report latest --histogram
    how long calls took, drawn in the terminal
  toolrig report 20261120 20261121 20261122 --format html --out trend.html
    several runs make a trend

Exit codes:
  0  rendered
  2  usage: a flag, no such run, a file that cannot be written
  4  benchmark-action, bencher, prometheus: the run is invalid`;

export const reportCommand: CommandModule<object, ReportFlags> = {
  command: 'report <run..>',
  describe: 'render stored runs again, or a trend',
  builder: (args) =>
    args
      .usage('$0 report <run..>\n\nRenders stored runs again; several make a trend.')
      .positional('run', {
        type: 'string',
        array: true,
        describe: 'latest, an id or its start, a run.json or its folder, a baseline',
      })
      .options({
        format: {
          string: true,
          coerce: oneOf('format', FORMATS),
          describe: `${FORMATS.join(', ')}; default: text`,
        },
        histogram: { boolean: true, describe: 'draw how long calls took, as text' },
        out: {
          string: true,
          coerce: text('out', 'a file'),
          describe: 'write to a file, not to stdout',
        },
        runs: {
          string: true,
          default: join('results', 'runs'),
          coerce: text('runs', 'a folder'),
          describe: 'where runs are looked up by id; default: results/runs',
        },
      })
      .epilogue(HELP) as never,
  async handler(flags) {
    const { report } = await import('./report.ts');
    await report(flags);
  },
};
