/** What is wrong with a configuration: every problem, each with the setting's path and its source. */

import { inspect } from 'node:util';
import type { z } from 'zod';
import { ToolrigError } from '../../core/errors.ts';
import { didYouMean } from '../../core/nearest.ts';
import type { ConfigProblem } from './config-problem.ts';
import { pathText, type SettingPath, type Settings, sourceOf, valueAt } from './layers.ts';
import { markOf, shapeOf } from './marks.ts';

const MAX_SHOWN_CHARACTERS = 80;

/** One error for all problems; they are its `data.problems` too. */
export function configError(problems: readonly ConfigProblem[]): ToolrigError {
  const lines = problems.map(({ path, source, message }) => {
    const where = source === undefined ? '' : ` (${source})`;
    return `  ${path === '' ? 'the file' : path}${where}: ${message}`;
  });
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  return new ToolrigError('ERR_USAGE', `the configuration has ${count}:\n${lines.join('\n')}`, {
    data: { problems },
  });
}

/** What the schema found, in words. A secret's value is in none of them. */
export function problemsOf(
  error: z.ZodError,
  schema: z.ZodType,
  settings: Settings,
): ConfigProblem[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path as SettingPath;
    const at = (where: SettingPath, message: string): ConfigProblem => ({
      path: pathText(where),
      source: sourceOf(settings, where),
      message,
    });
    if (issue.code === 'unrecognized_keys') {
      const known = Object.keys(shapeOf(schemaAt(schema, path) ?? schema) ?? {});
      return issue.keys.map((key) =>
        at([...path, key], `there is no such setting.${didYouMean(key, known)}`),
      );
    }
    const value = valueAt(settings.tree, path);
    if (value === undefined) {
      return [{ ...at(path, `is missing: it ${expectation(issue)}`), source: undefined }];
    }
    const setting = schemaAt(schema, path);
    const isSecret = setting !== undefined && markOf(setting) === 'secret';
    return [at(path, `${expectation(issue, value)}${isSecret ? '' : `, got ${shown(value)}`}`)];
  });
}

/** The schema of a setting, as far as the tree of objects goes. */
export function schemaAt(schema: z.ZodType, path: SettingPath): z.ZodType | undefined {
  let found: z.ZodType | undefined = schema;
  for (const key of path) {
    const shape: Readonly<Record<string, z.ZodType>> | undefined =
      found === undefined ? undefined : shapeOf(found);
    found = shape !== undefined && Object.hasOwn(shape, key) ? shape[key] : undefined;
  }
  return found;
}

function expectation(issue: z.core.$ZodIssue, value?: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${issue.expected === 'int' ? 'a whole number' : withArticle(issue.expected)}`;
    case 'invalid_value': {
      const choices = issue.values.map(String);
      const hint = typeof value === 'string' ? didYouMean(value, choices).trim() : '';
      const meant = hint.startsWith('Did')
        ? ` (${hint.charAt(0).toLowerCase()}${hint.slice(1)})`
        : '';
      return `must be ${choices.length === 1 ? '' : 'one of '}${choices.join(', ')}${meant}`;
    }
    case 'too_small':
      if (issue.origin === 'string') return customOr(issue, 'must not be empty');
      return `must be ${issue.inclusive === false ? '>' : '>='} ${String(issue.minimum)}`;
    case 'too_big':
      return `must be ${issue.inclusive === false ? '<' : '<='} ${String(issue.maximum)}`;
    default:
      return issue.message;
  }
}

/** A message that the schema gave itself, rather than zod's own. */
function customOr(issue: z.core.$ZodIssue, otherwise: string): string {
  return issue.message.startsWith('must ') ? issue.message : otherwise;
}

function withArticle(type: string): string {
  if (type === 'record') return 'an object';
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}

/** Not what is inside of an object: a secret may be, in a place where none is expected. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = inspect(value);
  return text.length > MAX_SHOWN_CHARACTERS ? `${text.slice(0, MAX_SHOWN_CHARACTERS)}…` : text;
}
