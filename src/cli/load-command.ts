/** The command `toolrig load TARGET`: its arguments, flags and help. `load.ts` does the work. */

import type { Argv, CommandModule } from 'yargs';
import { duration, names, text, texts } from './coerce.ts';
import type { LoadCommandFlags } from './load.ts';
import { loadFlags, thresholdFlag } from './load-flags.ts';
import { outputFlags, seedFlag } from './run-flags.ts';

const CALLS = 'What is called:';
const LOAD = 'Load (default: as many callers as there are cores, for 5 s):';
const OPEN_LOOP = 'Load at a rate, whatever becomes of the calls before (open loop):';
const RUN = 'Run:';
const OUTPUT = 'Output:';

const HELP = `Before the load the server is asked for its tools, the arguments are held
against the tool's schema, and one call must succeed. A reply that is an error
is a failed call, and one failed call fails the run, unless a threshold on
errors allows it.

Examples:
  toolrig load http://127.0.0.1:3000/mcp --tool add -a '{"a":1,"b":2}'
    what a call costs: callers that call as fast as they are answered
  toolrig load http://127.0.0.1:3000/mcp --tool add -a '{"a":1,"b":2}' \\
      -R 200 -d 30s --threshold 'p99 < 50ms'
    what callers see at 200 calls a second; exits with 1 when it is too slow
  toolrig load --tool add -a @inputs.json -- node server.js
    a server that is started for it, over stdio; an array of arguments in turn
  toolrig load http://127.0.0.1:3000/mcp --tool search -a '{"q":"x"}' \\
      --rate max --slo 'p99<100ms, errors<0.1%'
    the highest rate that keeps an objective
  toolrig load old=http://127.0.0.1:3000/mcp new=http://127.0.0.1:3001/mcp \\
      --tool add -a '{"a":1,"b":2}'
    two servers in turns; then: toolrig compare latest --variants old,new
  toolrig load https://staging.example.com/mcp --tool ping -R 20 \\
      --allow-host staging.example.com -H "Authorization: Bearer $TOKEN"
    a server elsewhere, which is yours to load

Exit codes:
  0  pass
  1  a threshold failed, or calls did
  2  usage: a flag, no such tool, arguments that do not fit its schema
  3  the server did not start, could not be reached, or ended
  4  the measurement is invalid: no call succeeded, or the server hung
130  interrupted; what was measured is kept`;

export const loadCommand: CommandModule<object, LoadCommandFlags> = {
  command: 'load [target..]',
  describe: 'put load on an MCP server of yours',
  builder: (args) => declare(args) as unknown as Argv<LoadCommandFlags>,
  async handler(flags) {
    const { load } = await import('./load.ts');
    await load(flags);
  },
};

function declare(args: Argv): Argv {
  return args
    .usage(
      '$0 load <url> --tool NAME\n$0 load --tool NAME -- <command>\n\nPuts load on an MCP server of yours, over Streamable HTTP or stdio.',
    )
    .positional('target', {
      type: 'string',
      array: true,
      default: [],
      describe: 'its address; of several, each as name=address',
    })
    .options({
      tool: {
        group: CALLS,
        string: true,
        coerce: text('tool', 'the name of a tool'),
        describe: 'the tool to call',
      },
      arguments: {
        alias: 'a',
        group: CALLS,
        string: true,
        coerce: texts('arguments', `such as '{"a":1}'`),
        describe: 'its arguments as JSON, an array of several, or @file; repeatable; used in turn',
      },
      expect: {
        group: CALLS,
        string: true,
        coerce: text('expect', 'what a right reply contains'),
        describe: 'text that every right reply contains',
      },
      timeout: {
        group: CALLS,
        string: true,
        default: '5s',
        coerce: duration('timeout'),
        describe: 'time that a call has, as 500ms or 10s; default: 5s',
      },
      header: {
        alias: 'H',
        group: CALLS,
        string: true,
        coerce: texts('header', "such as 'Authorization: Bearer TOKEN'"),
        describe:
          "sent with every request, as 'Authorization: Bearer TOKEN'; repeatable; not stored",
      },
      'allow-host': {
        group: CALLS,
        string: true,
        coerce: names('allow-host'),
        describe: 'hosts beside this machine that may be loaded, since they are yours',
      },
      ...loadFlags(LOAD, OPEN_LOOP, 'each target'),
      name: {
        group: RUN,
        string: true,
        coerce: text('name', 'what the results are filed under'),
        describe: 'what the results are filed under; default: the tool',
      },
      threshold: thresholdFlag(RUN, 'p99 < 50ms'),
      seed: seedFlag(RUN),
      ...outputFlags(OUTPUT),
    })
    .epilogue(HELP);
}
