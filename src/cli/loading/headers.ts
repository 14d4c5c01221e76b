/** HTTP headers from the command line; what they say may be a secret, and is kept out of everything that is stored. */

import { ToolrigError } from '../../core/errors.ts';

const SHAPE = /^([!#$%&'*+.^_`|~\dA-Za-z-]+):[ \t]*(.*?)[ \t]*$/;
const CONCEALED = '…';
const HEADER_FLAGS = ['-H', '--header'];
const ADDRESS = /^([\w-]+=)?https?:\/\//;

/**
 * Headers by their names in small letters.
 *
 * @throws `ERR_USAGE` for what is no `Name: value`; the message does not repeat it
 */
export function parseHeaders(written: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    written.map((each) => {
      const [, name, value = ''] = SHAPE.exec(each) ?? [];
      if (name !== undefined && value !== '') return [name.toLowerCase(), value];
      throw new ToolrigError(
        'ERR_USAGE',
        "--header must be a name and a value, such as 'Authorization: Bearer TOKEN'",
      );
    }),
  );
}

/** The words of a command line without what headers and the queries of addresses say. */
export function withoutSecrets(words: readonly string[]): string[] {
  return words.map((word, index) => {
    if (HEADER_FLAGS.includes(words[index - 1] ?? '')) return concealedHeader(word);
    const [flag = '', ...rest] = word.split('=');
    if (rest.length > 0 && HEADER_FLAGS.includes(flag)) {
      return `${flag}=${concealedHeader(rest.join('='))}`;
    }
    return ADDRESS.test(word) ? word.replaceAll(/(?<=[?&][^=&#]*=)[^&#]+/g, CONCEALED) : word;
  });
}

function concealedHeader(written: string): string {
  return `${written.split(':')[0]}: ${CONCEALED}`;
}
