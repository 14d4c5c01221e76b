/**
 * Secrets and the file: none may stand in it, and the arguments of a service say where theirs is.
 *
 *   "args": [{ "apiKey": { "$env": "WEATHER_API_KEY" } }]
 *
 * takes it from that variable, or from the file that `WEATHER_API_KEY_FILE` names.
 */

import type { ConfigProblem } from './config-problem.ts';
import { type Environment, type ReadText, readSecret, variableName } from './environment.ts';
import { isTree, pathText, type SettingPath } from './layers.ts';
import { isPlaceholder, isSecretKey } from './secret.ts';

const FROM_ENVIRONMENT = '$env';

/** A problem for each text in a file's tree whose key is named as secrets are. */
export function secretsInFile(tree: unknown, file: string): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  visit(tree, [], (value, path) => {
    const key = path.at(-1);
    if (typeof value !== 'string' || typeof key !== 'string' || !isSecretKey(key)) return;
    const isOwn = path.length === 1;
    const instead = isOwn
      ? `set TOOLRIG_${variableName(key)}, or TOOLRIG_${variableName(key)}_FILE to a file with it`
      : `write { "$env": "NAME" }, and set NAME, or NAME_FILE to a file with it`;
    problems.push({
      path: pathText(path),
      source: file,
      message: `a secret must not stand in the file: ${instead}`,
    });
  });
  return problems;
}

/** A copy of `value` with every `{ "$env": NAME }` replaced; each that cannot be is a problem. */
export function withSecrets(
  value: unknown,
  path: SettingPath,
  environment: Environment,
  readText: ReadText,
  problems: ConfigProblem[],
): unknown {
  if (Array.isArray(value)) {
    return value.map((each, index) =>
      withSecrets(each, [...path, index], environment, readText, problems),
    );
  }
  if (!isTree(value)) return value;
  if (!Object.hasOwn(value, FROM_ENVIRONMENT)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [
        key,
        withSecrets(each, [...path, key], environment, readText, problems),
      ]),
    );
  }
  const found = fromEnvironment(value, environment, readText);
  if ('value' in found) return found.value;
  problems.push({ path: pathText(path), ...found });
  return undefined;
}

function fromEnvironment(
  reference: Readonly<Record<string, unknown>>,
  environment: Environment,
  readText: ReadText,
): { readonly value: string } | { readonly message: string; readonly source: string | undefined } {
  const name = reference[FROM_ENVIRONMENT];
  if (typeof name !== 'string' || name === '' || Object.keys(reference).length > 1) {
    return { source: undefined, message: 'must be { "$env": "NAME" } and nothing else' };
  }
  const text = environment[name];
  const file = environment[`${name}_FILE`];
  if (!text && !file) {
    return { source: name, message: `neither ${name} nor ${name}_FILE is set` };
  }
  const read = text ? { value: text } : readSecret(file as string, readText);
  const source = text ? name : `${name}_FILE`;
  if ('message' in read) return { source, message: read.message };
  if (isPlaceholder(read.value)) {
    return { source, message: 'is a placeholder: set a secret of your own' };
  }
  return read;
}

function visit(
  value: unknown,
  path: SettingPath,
  look: (value: unknown, path: SettingPath) => void,
): void {
  look(value, path);
  if (Array.isArray(value)) {
    for (const [index, each] of value.entries()) visit(each, [...path, index], look);
  } else if (isTree(value)) {
    for (const [key, each] of Object.entries(value)) visit(each, [...path, key], look);
  }
}
