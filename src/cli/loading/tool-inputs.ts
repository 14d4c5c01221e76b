/** The arguments that a tool is called with, from what was written for them. */

import { ToolrigError } from '../../core/errors.ts';
import { parseJsonArgument } from '../json-argument.ts';

const EXPECTED = `a JSON object such as '{"a":1}', several in an array, or @file with either`;

/**
 * All of them, in the order in which they are used; without any, the tool is called without arguments.
 *
 * @throws `ERR_USAGE` for what is no JSON, or no object
 */
export async function toolInputs(written: readonly string[] = ['{}']): Promise<object[]> {
  const inputs: object[] = [];
  for (const each of written) {
    // oxlint-disable-next-line no-await-in-loop -- standard input is read once
    const value = await parseJsonArgument('the arguments', each);
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (list.length === 0) throw invalid(each);
    for (const one of list) {
      if (typeof one !== 'object' || one === null || Array.isArray(one)) throw invalid(each);
      inputs.push(one);
    }
  }
  return inputs;
}

function invalid(given: string): ToolrigError {
  return new ToolrigError('ERR_USAGE', `--arguments must be ${EXPECTED}, got ${given}`);
}
