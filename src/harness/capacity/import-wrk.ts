/**
 * What wrk and wrk2 print with `--latency`; the outputs of several runs may follow each other in one file.
 *
 * wrk is a closed loop. wrk2 keeps to a rate but does not print which, so a rate of its output is the one it
 * reached.
 */

import {
  inOrder,
  type MeasuredSweep,
  type SweepPoint,
  type SweepQuantile,
  sweepPoint,
} from './measured-sweep.ts';
import { unusable } from './read-figure.ts';

const NS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 6e10,
  h: 3.6e12,
};
const COUNT: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, G: 1e9 };
const QUANTILES: Readonly<Record<string, SweepQuantile>> = {
  '50': 'p50',
  '75': 'p75',
  '90': 'p90',
  '95': 'p95',
  '99': 'p99',
  '99.9': 'p999',
  '100': 'max',
};

interface Draft {
  readonly line: number;
  concurrency: number | null;
  latencyNs: Partial<Record<SweepQuantile, number>>;
  meanNs: number | null;
  requests: number;
  failed: number;
  throughputPerSecond: number | undefined;
}

/** @throws ToolrigError `ERR_USAGE` naming the line that cannot be used */
export function sweepOfWrk(text: string, file: string): MeasuredSweep {
  const drafts: Draft[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (/^Running .* test @/.test(line)) {
      drafts.push({
        line: index + 1,
        concurrency: null,
        latencyNs: {},
        meanNs: null,
        requests: 0,
        failed: 0,
        throughputPerSecond: undefined,
      });
    }
    const draft = drafts.at(-1);
    if (draft !== undefined) readLine(draft, line, `line ${index + 1}`, file);
  }
  if (drafts.length === 0) throw unusable(file, 'line 1', "no line begins with 'Running …'");
  return {
    source: 'wrk',
    name: file,
    points: inOrder(drafts.map((draft) => pointOf(draft, file))),
    warnings: [
      `${file}: the output does not say which rate was asked for; with wrk, percentiles leave out what ` +
        'waited for nothing to be asked (coordinated omission)',
    ],
  };
}

function readLine(draft: Draft, line: string, place: string, file: string): void {
  const connections = /(\d+) connections/.exec(line);
  if (connections !== null) draft.concurrency = Number(connections[1]);
  // `Latency` heads the columns of wrk's threads, and those of wrk2.
  const latency = /^\s+Latency\s+([\d.]+[a-z]+)\s+[\d.]+[a-z]+\s+([\d.]+[a-z]+)/.exec(line);
  if (latency !== null) {
    draft.meanNs = durationNs(latency[1] ?? '', place, file);
    draft.latencyNs.max ??= durationNs(latency[2] ?? '', place, file);
  }
  const quantile = /^\s*([\d.]+)%\s+([\d.]+[a-z]+)\s*$/.exec(line);
  if (quantile !== null) {
    const name = QUANTILES[String(Number(quantile[1]))];
    if (name !== undefined) draft.latencyNs[name] = durationNs(quantile[2] ?? '', place, file);
  }
  const requests = /^\s*(\d+) requests in /.exec(line);
  if (requests !== null) draft.requests = Number(requests[1]);
  const failed = /Non-2xx or 3xx responses: (\d+)/.exec(line);
  if (failed !== null) draft.failed += Number(failed[1]);
  const sockets = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(line);
  if (sockets !== null) {
    draft.failed += sockets.slice(1).reduce((sum, each) => sum + Number(each), 0);
  }
  const rate = /^Requests\/sec:\s*([\d.]+)([kMG]?)\s*$/.exec(line);
  if (rate !== null) draft.throughputPerSecond = Number(rate[1]) * (COUNT[rate[2] ?? ''] ?? 1);
}

function durationNs(text: string, place: string, file: string): number {
  const match = /^([\d.]+)(ns|us|ms|s|m|h)$/.exec(text);
  const ns = Number(match?.[1]) * (NS[match?.[2] ?? ''] ?? Number.NaN);
  if (Number.isFinite(ns)) return ns;
  throw unusable(file, place, `'${text}' is not a duration`);
}

function pointOf(draft: Draft, file: string): SweepPoint {
  const { throughputPerSecond, requests, failed } = draft;
  if (throughputPerSecond === undefined) {
    throw unusable(file, `the run from line ${draft.line} on`, "has no line 'Requests/sec:'");
  }
  const errorRatio = requests === 0 ? 1 : Math.min(1, failed / requests);
  return sweepPoint({
    // wrk counts replies that are errors among its requests.
    throughputPerSecond: throughputPerSecond * (1 - errorRatio),
    concurrency: draft.concurrency,
    latencyNs: draft.latencyNs,
    meanNs: draft.meanNs,
    errorRatio,
  });
}
