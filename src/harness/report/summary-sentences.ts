/**
 * Says in two sentences what a run found out about the two costs that hosting adds: dispatch
 * (finding the service, queueing, checking, timing out) and serialization (copying through JSON).
 *
 * They are told apart by which variants are compared: `native` does everything that `direct` does
 * not, by reference; `json` is `native` plus stringifying and parsing. Only differences that the
 * paired intervals support are given as numbers.
 */

import type { RunRecord, ScenarioRecord } from '../results/run-record.ts';
import { inertText } from './plain-text.ts';
import { ratioBetween } from './ratio-between.ts';
import { formatBytes, formatNs, formatShort } from './units.ts';

/** The sentences that the run's variants support: two, one or none. */
export function summarySentences({ scenarios }: RunRecord): string[] {
  return [dispatchSentence(scenarios), serializationSentence(scenarios)].flatMap(
    (sentence) => sentence ?? [],
  );
}

/**
 * From the scenario where dispatch is what is measured: one without payloads before one with, and
 * among those the one with the cheapest native call, of which dispatch is the largest part.
 */
function dispatchSentence(scenarios: readonly ScenarioRecord[]): string | undefined {
  const scenario = scenarios
    .filter((each) => has(each, 'native') && (has(each, 'direct') || has(each, 'sdk-memory')))
    .toSorted(
      (a, b) =>
        Number(a.payloadBytes !== null) - Number(b.payloadBytes !== null) ||
        Number(has(b, 'direct')) - Number(has(a, 'direct')) ||
        byNative(a, b),
    )[0];
  if (scenario === undefined) return undefined;
  const native = nsPerCall(scenario, 'native');
  const clauses: string[] = [];
  if (has(scenario, 'direct')) {
    const direct = nsPerCall(scenario, 'direct');
    const cost = isSlower(scenario, 'native', 'direct')
      ? `so registry, mailbox, validation, deadline and telemetry cost ${formatNs(native - direct)} a call`
      : `a difference that this run cannot tell from noise`;
    clauses.push(
      `a native call takes ${formatNs(native)} where the bare function takes ${formatNs(direct)}, ${cost}`,
    );
  } else {
    clauses.push(`a native call takes ${formatNs(native)}`);
  }
  if (has(scenario, 'sdk-memory')) {
    const sdk = nsPerCall(scenario, 'sdk-memory');
    clauses.push(
      isSlower(scenario, 'sdk-memory', 'native')
        ? `the SDK's in-memory transport, which passes by reference too, takes ${formatNs(sdk)}, ` +
            `${formatShort(sdk / native)} times as long`
        : `the SDK's in-memory transport takes ${formatNs(sdk)}, which this run cannot tell from native`,
    );
  }
  return `Dispatch (${inertText(scenario.name)}): ${clauses.join('; ')}.`;
}

/** From the smallest and the largest payload, or else from the scenario with the cheapest call. */
function serializationSentence(scenarios: readonly ScenarioRecord[]): string | undefined {
  const measured = scenarios.filter((each) => has(each, 'native') && has(each, 'json'));
  const bySize = measured
    .filter(({ payloadBytes }) => payloadBytes !== null)
    .toSorted((a, b) => Number(a.payloadBytes) - Number(b.payloadBytes));
  const smallest = bySize[0];
  // The first of that size, as the smallest is: of several shapes of payload, the same one.
  const largest = bySize.find(({ payloadBytes }) => payloadBytes === bySize.at(-1)?.payloadBytes);
  if (smallest === undefined || largest === undefined || sizeOf(smallest) === sizeOf(largest)) {
    const scenario = measured.toSorted(byNative)[0];
    if (scenario === undefined) return undefined;
    return `Serialization (${inertText(scenario.name)}): JSON ${jsonCost(scenario)} (${figures(scenario)}).`;
  }
  const [small, large] = [smallest, largest].map(
    (each) =>
      `${jsonCost(each)} of ${formatBytes(sizeOf(each))} (${figures(each)}; ${inertText(each.name)})`,
  );
  return `Serialization grows with the payload: JSON ${small}, and ${large}.`;
}

function jsonCost(scenario: ScenarioRecord): string {
  const [native, json] = [nsPerCall(scenario, 'native'), nsPerCall(scenario, 'json')];
  return isSlower(scenario, 'json', 'native')
    ? `adds ${formatNs(json - native)} to a call`
    : `adds nothing that this run can tell from noise to a call`;
}

function figures(scenario: ScenarioRecord): string {
  const [native, json] = [nsPerCall(scenario, 'native'), nsPerCall(scenario, 'json')];
  return `${formatNs(json)} against ${formatNs(native)} by reference`;
}

/** Whether the paired interval says so; without one nothing is claimed. */
function isSlower(scenario: ScenarioRecord, candidate: string, baseline: string): boolean {
  const ratio = ratioBetween(scenario, baseline, candidate);
  return ratio !== undefined && ratio.high < 1;
}

function has({ variants }: ScenarioRecord, variant: string): boolean {
  return variants.some((each) => each.variant === variant && each.succeeded > 0);
}

function nsPerCall({ variants }: ScenarioRecord, variant: string): number {
  return variants.find((each) => each.variant === variant)?.nsPerCall.median ?? Number.NaN;
}

function byNative(a: ScenarioRecord, b: ScenarioRecord): number {
  return nsPerCall(a, 'native') - nsPerCall(b, 'native');
}

function sizeOf({ payloadBytes }: ScenarioRecord): number {
  return payloadBytes ?? 0;
}
