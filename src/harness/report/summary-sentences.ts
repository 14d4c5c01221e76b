/**
 * Says in two sentences what a run found out about the two costs that hosting adds: dispatch
 * (finding the service, queueing, checking, timing out) and serialization (copying through JSON).
 *
 * They are told apart by which variants are compared: `native` does everything that `direct` does
 * not, by reference; `json` is `native` plus stringifying and parsing. Which differences are given
 * as numbers is up to `cost-between.ts`.
 */

import type { RunRecord, ScenarioRecord } from '../results/run-record.ts';
import { FEWEST_ROUNDS } from '../stats/bootstrap.ts';
import { costBetween, type NoCost } from './cost-between.ts';
import { inertText } from './plain-text.ts';
import { formatBytes, formatInterval, formatNs, formatNsInterval } from './units.ts';

/** Whose time the figures are: the wall time of a whole block over its calls. */
const WHOSE_TIME = 'in this loop, harness included';

/** The sentences that the run's variants support: two, one or none. */
export function summarySentences({ scenarios: all }: RunRecord): string[] {
  // At a rate, or between pauses, speed is not what a variant makes of it.
  const scenarios = all.filter(
    ({ executor, thinkMs }) => executor === 'closed' && thinkMs === undefined,
  );
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
    const cost = costBetween(scenario, 'direct', 'native');
    const conclusion = cost.claimed
      ? `so registry, mailbox, validation, deadline and telemetry cost ${formatNsInterval(cost.ns)} a call`
      : differenceThat(cost.reason);
    clauses.push(
      `a native call takes ${formatNs(native)} where the bare function takes ${formatNs(direct)}, ${conclusion}`,
    );
  } else {
    clauses.push(`a native call takes ${formatNs(native)}`);
  }
  if (has(scenario, 'sdk-memory')) {
    const sdk = nsPerCall(scenario, 'sdk-memory');
    const cost = costBetween(scenario, 'native', 'sdk-memory');
    const conclusion = cost.claimed
      ? `${formatInterval(cost.times)} times as long`
      : differenceThat(cost.reason);
    clauses.push(
      `the SDK's in-memory transport, which passes by reference too, takes ${formatNs(sdk)}, ${conclusion}`,
    );
  }
  return `Dispatch (${inertText(scenario.name)}; ${WHOSE_TIME}): ${clauses.join('; ')}.`;
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
    return `Serialization (${inertText(scenario.name)}; ${WHOSE_TIME}): JSON ${jsonCost(scenario)} (${figures(scenario)}).`;
  }
  const [small, large] = [smallest, largest].map(
    (each) =>
      `${jsonCost(each, ` of ${formatBytes(sizeOf(each))}`)} (${figures(each)}; ${inertText(each.name)})`,
  );
  const subject = grows(smallest, largest)
    ? 'Serialization grows with the payload'
    : 'Serialization';
  return `${subject} (${WHOSE_TIME}): JSON ${small}, and ${large}.`;
}

/** Whether the cost of the larger payload is above that of the smaller beyond both intervals. */
function grows(smallest: ScenarioRecord, largest: ScenarioRecord): boolean {
  const [small, large] = [smallest, largest].map((each) => costBetween(each, 'native', 'json'));
  return small?.claimed === true && large?.claimed === true && large.ns.low > small.ns.high;
}

/** @param what - what the call carries, with a space before it; empty to leave it unsaid */
function jsonCost(scenario: ScenarioRecord, what = ''): string {
  const cost = costBetween(scenario, 'native', 'json');
  return cost.claimed
    ? `adds ${formatNsInterval(cost.ns)} to a call${what}`
    : `makes ${differenceThat(cost.reason, ` to a call${what}`)}`;
}

/** What is said in the place of a cost. */
function differenceThat(reason: NoCost, toWhat = ''): string {
  const why = {
    failures: 'says nothing, since calls failed',
    rounds: `fewer than ${FEWEST_ROUNDS} rounds cannot support`,
    noise: 'this run cannot tell from noise',
  }[reason];
  return `a difference${toWhat} that ${why}`;
}

function figures(scenario: ScenarioRecord): string {
  const [native, json] = [nsPerCall(scenario, 'native'), nsPerCall(scenario, 'json')];
  return `${formatNs(json)} against ${formatNs(native)} by reference`;
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
