/**
 * Settings from environment variables.
 *
 *   TOOLRIG_DRAIN_DEADLINE_MS=5000            drainDeadlineMs
 *   TOOLRIG_SERVICES__FILE__ROOT=/srv/files   services.file.root
 *   TOOLRIG_ADMIN_TOKEN_FILE=/run/secrets/t   adminToken, from that file
 *
 * Two underscores go one level down, one stands where the key has a capital, a dash or a dot. A
 * text is taken as it is; anything else is JSON (`8`, `true`, `{"a": 1}`). An empty variable is as
 * none, since that is how containers unset one. `_FILE` is for secrets alone.
 */

import { z } from 'zod';
import { messageOf } from '../../core/errors.ts';
import { didYouMean } from '../../core/nearest.ts';
import type { ConfigProblem, Read } from './config-problem.ts';
import { type Assignment, isTree, pathText } from './layers.ts';
import { markOf, shapeOf, unwrapped } from './marks.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads a text file; throws what the file system says. */
export type ReadText = (path: string) => string;

const PREFIX = 'TOOLRIG_';
/** Says where the file is, and is none of its settings. */
const CONFIG_VARIABLE = 'TOOLRIG_CONFIG';
const FROM_FILE = '_FILE';

/** The settings in the environment, with one problem for each variable that is none. */
export function readEnvironment(
  environment: Environment,
  schema: z.ZodType,
  readText: ReadText,
): Read<Assignment[]> {
  const found: Assignment[] = [];
  const problems: ConfigProblem[] = [];
  for (const [source, text] of Object.entries(environment).toSorted(byName)) {
    if (!source.startsWith(PREFIX) || source === CONFIG_VARIABLE) continue;
    if (text === undefined || text === '') continue;
    const setting = settingOf(source, schema);
    if ('message' in setting) {
      problems.push({ path: source, source: undefined, message: setting.message });
    } else if (!setting.isFromFile) {
      found.push({ path: setting.path, value: valueOf(text, setting.schema), source });
    } else {
      const read = readSecret(text, readText);
      if ('value' in read) found.push({ path: setting.path, value: read.value, source });
      else problems.push({ path: pathText(setting.path), source, message: read.message });
    }
  }
  return { found, problems: [...problems, ...assignedTwice(found)] };
}

/** The text of a secret's file, without the line's end that editors add. */
export function readSecret(
  path: string,
  readText: ReadText,
): { readonly value: string } | { readonly message: string } {
  try {
    return { value: readText(path).replace(/\r?\n$/, '') };
  } catch (error) {
    return { message: `its file cannot be read: ${messageOf(error)}` };
  }
}

/** `drainDeadlineMs` → `DRAIN_DEADLINE_MS`, `my-service` → `MY_SERVICE`. */
export function variableName(key: string): string {
  return key
    .replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
    .replaceAll(/[-.]/g, '_')
    .toUpperCase();
}

interface Setting {
  readonly path: readonly string[];
  readonly schema: z.ZodType | undefined;
  readonly isFromFile: boolean;
}

function settingOf(name: string, root: z.ZodType): Setting | { readonly message: string } {
  const segments = name.slice(PREFIX.length).split('__');
  const path: string[] = [];
  let schema: z.ZodType | undefined = root;
  for (const [index, segment] of segments.entries()) {
    const shape: Readonly<Record<string, z.ZodType>> | undefined =
      schema === undefined ? undefined : shapeOf(schema);
    if (shape === undefined) {
      // Inside a part with a schema elsewhere: nobody here knows its keys.
      path.push(camelCase(segment));
      schema = undefined;
      continue;
    }
    const keys: readonly string[] = Object.keys(shape);
    const key: string | undefined = keys.find((each) => variableName(each) === segment);
    if (key !== undefined) {
      path.push(key);
      schema = shape[key];
      continue;
    }
    const secret = keys.find(
      (each) =>
        `${variableName(each)}${FROM_FILE}` === segment &&
        markOf(shape[each] as z.ZodType) === 'secret',
    );
    if (secret !== undefined && index === segments.length - 1) {
      return { path: [...path, secret], schema: undefined, isFromFile: true };
    }
    const before = segments.slice(0, index).map((each) => `${each}__`);
    const names = keys.map((each) => [PREFIX, ...before, variableName(each)].join(''));
    const given = [PREFIX, ...before, segment].join('');
    return { message: `there is no such setting.${didYouMean(given, names)}` };
  }
  return { path, schema, isFromFile: false };
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}

function valueOf(text: string, schema: z.ZodType | undefined): unknown {
  if (schema !== undefined && unwrapped(schema) instanceof z.ZodString) return text;
  try {
    return JSON.parse(text);
  } catch {
    // No JSON, so it is a text; whether one may stand here is for the schema to say.
    return text;
  }
}

function assignedTwice(found: readonly Assignment[]): ConfigProblem[] {
  const twice: ConfigProblem[] = [];
  const sources = new Map<string, string>();
  for (const { path, value, source } of found) {
    const key = pathText(path);
    const other = sources.get(key);
    sources.set(key, source);
    if (other === undefined || isTree(value)) continue;
    twice.push({ path: key, source, message: `is set by ${other} as well: unset one of them` });
  }
  return twice;
}

function camelCase(segment: string): string {
  return segment
    .toLowerCase()
    .replaceAll(/_([a-z\d])/g, (_, letter: string) => letter.toUpperCase());
}
