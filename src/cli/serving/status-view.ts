/** An application's status as text for people: its tree, with what each service does beside it. */

import picocolors from 'picocolors';
import { inertText } from '../../harness/report/plain-text.ts';
import type { ChildNode, ServiceHealth } from '../../runtime/index.ts';
import type { Activity } from './activity-window.ts';
import type { ServiceRow, StatusDocument } from './status-document.ts';

export interface StatusViewOptions {
  readonly colour: 'none' | 'ansi';
  /** Time at which it is shown, in ms since 1970: ages are told from it. */
  readonly nowMs: number;
}

type Paint = ReturnType<typeof picocolors.createColors>;

interface Line {
  /** The branch of the tree and the name. */
  readonly label: string;
  readonly node: ChildNode;
}

const HEADINGS = ['', 'state', 'health', 'calls/s', 'p99', 'waiting', 'in flight', 'restarts'];
/** Columns that hold words; the others are numbers, set to the right. */
const WORD_COLUMNS = 3;
const MAX_NAME_LENGTH = 40;

/** The whole view; ends with a newline. */
export function renderStatus(status: StatusDocument, options: StatusViewOptions): string {
  const paint = picocolors.createColors(options.colour === 'ansi');
  const rows = new Map(status.services.map((row) => [row.name, row]));
  const health = new Map(status.health.services.map((one) => [one.name, one]));
  const lines = linesOf(status.tree, '', '');
  const cells = lines.map((line) => cellsOf(line, rows, health));
  const widths = HEADINGS.map((heading, column) =>
    Math.max(heading.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const aligned = (row: readonly string[]) =>
    row.map((cell, column) =>
      column < WORD_COLUMNS ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
  const table = cells.map((row, index) => {
    const [label = '', state = '', well = '', ...numbers] = aligned(row);
    const node = (lines[index] as Line).node; // a line for each row
    return [
      label,
      node.status === 'running' ? state : paint.yellow(state),
      paintHealth(row[2] ?? '', well, paint),
      ...numbers,
    ]
      .join('  ')
      .trimEnd();
  });
  const heading = paint.dim(aligned(HEADINGS).join('  ').trimEnd());
  return `${[...summaryOf(status, options, paint), '', heading, ...table].join('\n')}\n`;
}

/** One plain line, for a log. */
export function renderStatusLine(status: StatusDocument, nowMs: number): string {
  const { health, services } = status;
  const failed = health.services.filter((one) => one.status === 'failed');
  const waiting = services.reduce((sum, row) => sum + row.mailboxLength, 0);
  const restarts = services.reduce((sum, row) => sum + row.restarts, 0);
  const why = failed
    .map(({ name, reason }) => `${inertText(name, MAX_NAME_LENGTH)} ${reason}`)
    .join(', ');
  return [
    new Date(nowMs).toISOString(),
    status.state,
    `${health.status}${why === '' ? '' : ` (${why})`}`,
    `${health.totalServices - health.failedServices}/${health.totalServices} services`,
    `${callsText(status.total)} calls/s`,
    `p99 ${p99Text(status.total)}`,
    `${waiting} waiting`,
    `${restarts} restarts`,
  ].join('  ');
}

/** The tree alone, as it is printed at the start. */
export function renderTree(tree: ChildNode): string {
  const lines = linesOf(tree, '', '');
  const width = Math.max(...lines.map(({ label }) => label.length));
  return lines.map(({ label, node }) => `${label.padEnd(width)}  ${node.status}\n`).join('');
}

function summaryOf(
  { tool, pid, port, state, uptimeSeconds, health, total }: StatusDocument,
  { nowMs }: StatusViewOptions,
  paint: Paint,
): string[] {
  const well = health.totalServices - health.failedServices;
  const checked =
    health.lastCheck === null
      ? 'not checked yet'
      : `checked ${ageText((nowMs - Date.parse(health.lastCheck)) / 1_000)} ago`;
  const verdict = health.status === 'healthy' ? paint.green('healthy') : paint.red('degraded');
  return [
    `${tool.name} ${tool.version}  ${state} for ${ageText(uptimeSeconds)}, pid ${pid}, http://127.0.0.1:${port}`,
    `${verdict}: ${well} of ${health.totalServices} services well, ${checked}; ` +
      `${callsText(total)} calls/s, p99 ${p99Text(total)}`,
  ];
}

function linesOf(node: ChildNode, branch: string, indent: string): Line[] {
  const children = node.children ?? [];
  const label = `${branch}${inertText(node.id, MAX_NAME_LENGTH)}`;
  return [
    { label, node },
    ...children.flatMap((child, index) => {
      const isLast = index === children.length - 1;
      return linesOf(
        child,
        `${indent}${isLast ? '└─ ' : '├─ '}`,
        `${indent}${isLast ? '   ' : '│  '}`,
      );
    }),
  ];
}

function cellsOf(
  { label, node }: Line,
  rows: ReadonlyMap<string, ServiceRow>,
  health: ReadonlyMap<string, ServiceHealth>,
): string[] {
  const row = node.service === undefined ? undefined : rows.get(node.service);
  const restarts = node.restarts === 0 && row === undefined ? '' : String(node.restarts);
  if (row === undefined) return [label, node.status, '', '', '', '', '', restarts];
  return [
    label,
    row.status === 'running' ? placed(row) : row.status,
    healthText(health.get(row.name)),
    callsText(row),
    p99Text(row),
    String(row.mailboxLength),
    String(row.inFlight),
    restarts,
  ];
}

function placed({ status, placement }: ServiceRow): string {
  return placement === null || placement === 'inline' ? status : `${status}, ${placement}`;
}

function paintHealth(health: string, aligned: string, paint: Paint): string {
  if (health.startsWith('failed')) return paint.red(aligned);
  return health === 'healthy' ? paint.green(aligned) : aligned;
}

function healthText(health: ServiceHealth | undefined): string {
  if (health === undefined || health.status === 'unknown') return '?';
  if (health.status !== 'failed') return health.status;
  const where = health.failedCopies.map((copy) => inertText(copy, MAX_NAME_LENGTH)).join(', ');
  return `failed: ${health.reason}${where === '' ? '' : ` (${where})`}`;
}

function callsText({ callsPerSecond }: Activity): string {
  if (callsPerSecond >= 1e6) return `${(callsPerSecond / 1e6).toPrecision(3)}M`;
  if (callsPerSecond >= 1e3) return `${Number((callsPerSecond / 1e3).toPrecision(3))}k`;
  return String(Number(callsPerSecond.toPrecision(3)));
}

function p99Text({ p99Ns }: Activity): string {
  if (p99Ns === null) return '–';
  if (p99Ns < 1e6) return `${Number((p99Ns / 1e3).toPrecision(3))} µs`;
  if (p99Ns < 1e9) return `${Number((p99Ns / 1e6).toPrecision(3))} ms`;
  return `${Number((p99Ns / 1e9).toPrecision(3))} s`;
}

function ageText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 120) return `${whole} s`;
  if (whole < 7_200) return `${Math.floor(whole / 60)} min`;
  if (whole < 172_800) return `${Math.floor(whole / 3_600)} h`;
  return `${Math.floor(whole / 86_400)} d`;
}
