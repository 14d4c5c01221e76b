/**
 * Settings from several places, laid over each other: objects key by key, anything else whole. For
 * each setting it is remembered where it came from, so that a message can say so.
 */

import type { ConfigProblem } from './config-problem.ts';

/** Keys from the root to a setting; numbers in lists. */
export type SettingPath = readonly (string | number)[];

/** One value of the environment or a flag. */
export interface Assignment {
  readonly path: readonly string[];
  readonly value: unknown;
  /** `TOOLRIG_PORT`, `--port`. */
  readonly source: string;
}

/** What has been read, not yet checked. */
export interface Settings {
  readonly tree: Readonly<Record<string, unknown>>;
  /** Where a setting came from; what is not in here has it from the nearest one above. */
  readonly sources: ReadonlyMap<string, string>;
}

/** Whether a value is an object with keys, and no list. */
export function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `services.file.args[0]`. */
export function pathText(path: SettingPath): string {
  return path
    .map((key, index) => {
      if (typeof key === 'number') return `[${key}]`;
      return index === 0 ? key : `.${key}`;
    })
    .join('');
}

/** Lays assignments over settings, those of a whole part before those inside of it. */
export function assign(settings: Settings, assignments: readonly Assignment[]): Settings {
  const sources = new Map(settings.sources);
  let tree: unknown = settings.tree;
  const ordered = assignments.toSorted((one, other) => one.path.length - other.path.length);
  for (const { path, value, source } of ordered) {
    tree = merged(tree, nested(path, value));
    sources.set(pathText(path), source);
  }
  return { tree: tree as Record<string, unknown>, sources };
}

/** Values that are no objects and yet have assignments inside of them, which would hide them. */
export function hiddenBy(
  settings: Settings,
  assignments: readonly Assignment[],
): readonly ConfigProblem[] {
  const problems = new Map<string, ConfigProblem>();
  for (const { path, source: by } of assignments) {
    for (let length = 1; length < path.length; length++) {
      const part = pathText(path.slice(0, length));
      const whole = assignments.find((each) => pathText(each.path) === part);
      const value =
        whole === undefined ? valueAt(settings.tree, path.slice(0, length)) : whole.value;
      if (value === undefined || isTree(value)) continue;
      const source = whole?.source ?? sourceOf(settings, path.slice(0, length));
      const message = `is no object, and ${by} sets ${pathText(path)} in it`;
      problems.set(part, { path: part, source, message });
    }
  }
  return [...problems.values()];
}

/** Where the setting at `path` came from, if anybody knows. */
export function sourceOf(settings: Settings, path: SettingPath): string | undefined {
  for (let length = path.length; length >= 0; length--) {
    const source = settings.sources.get(pathText(path.slice(0, length)));
    if (source !== undefined) return source;
  }
  return undefined;
}

/** The value at `path`; `undefined` when there is none. */
export function valueAt(tree: unknown, path: SettingPath): unknown {
  let value = tree;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}

function nested(path: readonly string[], value: unknown): unknown {
  return path.reduceRight((inner, key) => Object.fromEntries([[key, inner]]), value);
}

/** By entries, since a file may have a key `__proto__`. */
function merged(under: unknown, over: unknown): unknown {
  if (!isTree(under) || !isTree(over)) return over;
  const entries = new Map(Object.entries(under));
  for (const [key, value] of Object.entries(over)) {
    entries.set(key, entries.has(key) ? merged(entries.get(key), value) : value);
  }
  return Object.fromEntries(entries);
}
