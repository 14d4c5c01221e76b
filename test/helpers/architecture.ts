/**
 * The house of DESIGN.md as data, and a checker that reads import statements and says which of
 * them the house does not allow. Sources come in as a map, so that a test can plant what it likes.
 */

import { posix } from 'node:path';

/** What each room may import besides itself: rooms, or single files that are somebody's public entry. */
const ARROWS: Readonly<Record<string, readonly string[] | 'anything'>> = {
  core: [],
  'runtime/telemetry': ['core'],
  'runtime/dispatch': ['core', 'runtime/telemetry'],
  // Programs of their own, and what they load because services will import it.
  'runtime/scheduler/process-main.ts': ['runtime/scheduler', 'runtime/scheduler/warm-up.ts'],
  'runtime/scheduler/thread-main.ts': ['runtime/scheduler', 'runtime/scheduler/warm-up.ts'],
  'runtime/scheduler/warm-up.ts': ['runtime/index.ts'],
  'runtime/scheduler': ['core', 'runtime/telemetry', 'runtime/dispatch'],
  'runtime/supervision': ['core', 'runtime/telemetry', 'runtime/dispatch', 'runtime/scheduler'],
  'runtime/health': ['core', 'runtime/telemetry', 'runtime/dispatch', 'runtime/supervision'],
  'runtime/config': ['core'],
  'runtime/index.ts': [
    'core',
    'runtime/config',
    'runtime/telemetry',
    'runtime/dispatch',
    'runtime/scheduler',
    'runtime/supervision',
    'runtime/health',
  ],
  services: ['core', 'runtime/index.ts'],
  mcp: ['core', 'runtime/index.ts'],
  // ─── the wall: nothing above imports anything below ───
  'harness/stats': ['core'],
  'harness/load': ['core', 'harness/stats'],
  'harness/variants': [
    'core',
    'harness/load',
    'runtime/index.ts',
    'services/index.ts',
    'mcp/index.ts',
  ],
  'harness/results': ['core', 'harness/stats'],
  'harness/compare': ['core', 'harness/stats', 'harness/results'],
  'harness/capacity': ['core', 'harness/stats', 'harness/results'],
  'harness/doctor': ['core', 'harness/stats', 'harness/results', 'harness/compare'],
  'harness/report': [
    'core',
    'harness/stats',
    'harness/results',
    'harness/compare',
    'harness/capacity',
    'harness/doctor',
  ],
  // Where the rooms meet: a run, from its scenarios to its record.
  'harness/validity.ts': ['harness/stats', 'harness/results'],
  'harness/summarise-chaos.ts': ['harness/stats', 'harness/load', 'harness/results'],
  'harness/summarise-open.ts': ['harness/stats', 'harness/load', 'harness/results'],
  'harness/summarise.ts': [
    'harness/stats',
    'harness/load',
    'harness/results',
    'harness/compare',
    'harness/summarise-chaos.ts',
    'harness/summarise-open.ts',
  ],
  'harness/plan-capacity.ts': ['harness/capacity', 'harness/results'],
  'harness/measure-capacity-closed.ts': ['harness/capacity', 'harness/load', 'harness/results'],
  'harness/measure-capacity-limit.ts': [
    'harness/capacity',
    'harness/load',
    'harness/results',
    'harness/stats',
  ],
  'harness/measure-capacity-sessions.ts': ['harness/load', 'harness/stats'],
  'harness/measure-capacity.ts': [
    'core',
    'harness/capacity',
    'harness/load',
    'harness/results',
    'harness/stats',
    'harness/measure-capacity-closed.ts',
    'harness/measure-capacity-limit.ts',
    'harness/measure-capacity-sessions.ts',
  ],
  'harness/run.ts': [
    'core',
    'harness/stats',
    'harness/load',
    'harness/results',
    'harness/summarise.ts',
    'harness/validity.ts',
  ],
  'harness/index.ts': [
    'core',
    'harness/stats',
    'harness/load',
    'harness/variants',
    'harness/results',
    'harness/compare',
    'harness/capacity',
    'harness/report',
  ],
  cli: 'anything',
};

/** The only files that may gather the exports of others. */
const PUBLIC_ENTRIES = [
  'runtime/index.ts',
  'services/index.ts',
  'mcp/index.ts',
  'harness/index.ts',
];

/** Where a package may be imported; one that is not listed may be imported by a single room. */
const PACKAGE_ROOMS: Readonly<Record<string, readonly string[]>> = {
  'fastest-levenshtein': ['core'],
  'safe-stable-stringify': ['runtime/telemetry'],
  // Each program has schemas of its own, and the wall between them: tools' here, the run record's there.
  ajv: ['runtime/dispatch', 'harness/results'],
  zod: ['runtime/dispatch', 'runtime/config'],
  pino: ['runtime/telemetry'],
  'prom-client': ['runtime/telemetry'],
  '@opentelemetry/api': ['runtime/telemetry'],
  arquero: ['services'],
  'hdr-histogram-js': ['harness/stats'],
  'simple-statistics': ['harness/stats', 'harness/compare'],
  'csv-parse': ['services', 'harness/capacity'],
  'ml-levenberg-marquardt': ['harness/capacity'],
  'csv-stringify': ['harness/report'],
  tinybench: ['harness/load'],
  autocannon: ['harness/variants'],
  'cli-table3': ['harness/report'],
  picocolors: ['harness/report', 'cli'],
  yargs: ['cli'],
};

/** Rooms of pure functions, which get everything as an argument. */
const PURE_ROOMS = ['harness/stats', 'harness/compare', 'harness/capacity'];
const EFFECTFUL_MODULES =
  /^(node:)?(fs|child_process|net|http|https|worker_threads|timers|os)(\/|$)/;

interface Import {
  readonly from: string;
  readonly specifier: string;
  readonly isReExport: boolean;
}

const STATEMENT =
  /^(?<keyword>import|export)\b(?:[^'";]*?\bfrom)?\s*['"](?<specifier>[^'"]+)['"]/gm;
const DYNAMIC = /\bimport\(\s*['"](?<specifier>[^'"]+)['"]/g;

/** The import statements of a source, those of types and dynamic ones included. */
export function importsOf(from: string, source: string): Import[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const found: Import[] = [];
  for (const pattern of [STATEMENT, DYNAMIC]) {
    for (const { groups } of code.matchAll(pattern)) {
      const { keyword, specifier } = groups ?? {};
      if (specifier !== undefined) {
        found.push({ from, specifier, isReExport: keyword === 'export' });
      }
    }
  }
  return found;
}

/**
 * What is wrong with the imports of the files under `src/`, one line each; empty when nothing is.
 *
 * @param sources - text of each file by its path below `src/`: `core/clock.ts`
 */
export function findArchitectureProblems(sources: ReadonlyMap<string, string>): string[] {
  const imports = [...sources].flatMap(([path, source]) => importsOf(path, source));
  return [
    ...[...sources.keys()]
      .filter((path) => roomOf(path) === undefined)
      .map((path) => `${path} is in no room of the house`),
    ...imports.flatMap((one) => arrowProblems(one, sources)),
    ...barrelProblems(sources, imports),
    ...packageProblems(imports),
    ...cycleProblems(sources, imports),
  ];
}

function roomOf(path: string): string | undefined {
  return Object.keys(ARROWS).find((room) => path === room || path.startsWith(`${room}/`));
}

function isRelative(specifier: string): boolean {
  return specifier.startsWith('.');
}

function targetOf({ from, specifier }: Import): string {
  return posix.join(posix.dirname(from), specifier);
}

function arrowProblems(one: Import, sources: ReadonlyMap<string, string>): string[] {
  const room = roomOf(one.from);
  if (room === undefined) return [];
  if (!isRelative(one.specifier)) {
    if (one.specifier === 'toolrig' || one.specifier.startsWith('toolrig/')) {
      return [`${one.from} imports '${one.specifier}': inside the package use the path`];
    }
    const isImpure = PURE_ROOMS.includes(room) && EFFECTFUL_MODULES.test(one.specifier);
    return isImpure ? [`${one.from} imports '${one.specifier}': ${room} is pure`] : [];
  }
  const target = targetOf(one);
  if (target.endsWith('.json')) return [];
  if (!sources.has(target)) return [`${one.from} imports ${target}, which does not exist`];
  const allowed = ARROWS[room];
  const isAllowed =
    allowed === undefined ||
    allowed === 'anything' ||
    roomOf(target) === room ||
    allowed.some((place) => target === place || roomOf(target) === place);
  return isAllowed ? [] : [`${one.from} imports ${target}: no arrow from ${room}`];
}

function barrelProblems(
  sources: ReadonlyMap<string, string>,
  imports: readonly Import[],
): string[] {
  const gathering = imports.filter(({ isReExport }) => isReExport).map(({ from }) => from);
  const named = [...sources.keys()].filter((path) => posix.basename(path) === 'index.ts');
  return [...new Set([...gathering, ...named])]
    .filter((path) => !PUBLIC_ENTRIES.includes(path))
    .map((path) => `${path} is a barrel`);
}

function packageProblems(imports: readonly Import[]): string[] {
  const rooms = new Map<string, Set<string>>();
  for (const { from, specifier } of imports) {
    if (isRelative(specifier) || specifier.startsWith('node:')) continue;
    const parts = specifier.split('/');
    const name = parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
    const importing = rooms.get(name) ?? new Set();
    rooms.set(name, importing.add(roomOf(from) ?? from));
  }
  return [...rooms].flatMap(([name, importing]) => {
    const allowed = PACKAGE_ROOMS[name] ?? [...importing].slice(0, 1);
    return [...importing]
      .filter((room) => !allowed.includes(room))
      .map((room) => `${room} imports the package ${name}, which belongs to ${allowed.join(', ')}`);
  });
}

function cycleProblems(sources: ReadonlyMap<string, string>, imports: readonly Import[]): string[] {
  const targets = new Map<string, string[]>([...sources.keys()].map((path) => [path, []]));
  for (const one of imports) {
    if (isRelative(one.specifier)) targets.get(one.from)?.push(targetOf(one));
  }
  const problems: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) problems.push(`cycle: ${[...trail.slice(start), path].join(' → ')}`);
    if (start >= 0 || done.has(path)) return;
    for (const target of targets.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of sources.keys()) visit(path, []);
  return problems;
}
