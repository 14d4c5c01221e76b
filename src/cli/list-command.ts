/** The command `toolrig list`: its flag and help. `list.ts` does the work. */

import type { CommandModule } from 'yargs';

export const listCommand: CommandModule<object, { json: boolean | undefined }> = {
  command: 'list',
  describe: 'list scenarios, variants, benches',
  builder: (args) =>
    args
      .usage('$0 list\n\nLists scenarios and variants for bench, and benches for micro.')
      .option('json', { boolean: true, describe: 'print one JSON document, and it alone' }),
  async handler({ json = false }) {
    const { list } = await import('./list.ts');
    await list(json);
  },
};
