/**
 * A run that is under way, as a small file beside the runs that are complete: what `toolrig ui` shows
 * before there is a record. Written now and then, read by whoever looks; lost without harm.
 *
 *   <runs>/.live-20261122-153012-ab12.json
 */

import { rmSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface LiveRun {
  readonly runId: string;
  readonly command: string;
  /** ISO 8601, as `updatedAt`. */
  readonly startedAt: string;
  readonly updatedAt: string;
  readonly scenario: string;
  /** Variant, round, rate and the like, in words. */
  readonly detail: string;
  /** Share of the run that is done, 0 to 1. */
  readonly doneRatio: number;
}

const NAME = /^\.live-[\w-]+\.json$/;
/** A run that has said nothing for so long has ended without saying so. */
const SILENT_AFTER_MS = 60_000;

/** Where a run says how it goes. */
export function liveRunFile(runsFolder: string, runId: string): string {
  return join(runsFolder, `.live-${runId}.json`);
}

/** Says how a run goes. A failure is no reason to end the run, and is kept to itself. */
export async function writeLiveRun(runsFolder: string, live: LiveRun): Promise<void> {
  try {
    await writeFile(liveRunFile(runsFolder, live.runId), JSON.stringify(live));
  } catch {
    // A full disk is told when the results are stored.
  }
}

/** Takes back what was said. */
export async function removeLiveRun(runsFolder: string, runId: string): Promise<void> {
  await rm(liveRunFile(runsFolder, runId), { force: true });
}

/** The same before it returns, for a program that ends now. */
export function removeLiveRunNow(runsFolder: string, runId: string): void {
  rmSync(liveRunFile(runsFolder, runId), { force: true });
}

/** The runs under way; none where there is no such folder. @param nowMs - ms since 1970 */
export async function readLiveRuns(runsFolder: string, nowMs: number): Promise<LiveRun[]> {
  let names: string[];
  try {
    names = (await readdir(runsFolder)).filter((name) => NAME.test(name));
  } catch {
    return [];
  }
  const read = await Promise.all(names.toSorted().map((name) => readLive(join(runsFolder, name))));
  return read.filter(
    (live) => live !== undefined && nowMs - Date.parse(live.updatedAt) < SILENT_AFTER_MS,
  ) as LiveRun[];
}

/** `undefined` for a file that is half written, or none of ours. */
async function readLive(file: string): Promise<LiveRun | undefined> {
  try {
    const value = JSON.parse(await readFile(file, 'utf8')) as Partial<LiveRun>;
    const texts = [
      value.runId,
      value.command,
      value.startedAt,
      value.updatedAt,
      value.scenario,
      value.detail,
    ];
    const isWhole = texts.every((text) => typeof text === 'string');
    return isWhole && typeof value.doneRatio === 'number' ? (value as LiveRun) : undefined;
  } catch {
    return undefined;
  }
}
