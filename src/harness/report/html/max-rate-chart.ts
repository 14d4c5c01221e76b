/** The rates that a search for the highest one tried, and what callers saw at each. */

import type { ScenarioRecord } from '../../results/run-record.ts';
import type { Chart, Series } from './figure.ts';
import { colourOfVariant } from './variant-colour.ts';

/** `undefined` where no rate was looked for. */
export function maxRateChart({ variants }: ScenarioRecord): Chart | undefined {
  const searched = variants.flatMap(({ variant, maxRate }, index) =>
    maxRate === undefined ? [] : { variant, colour: colourOfVariant(variant, index), maxRate },
  );
  const tries = searched.flatMap(({ maxRate }) => maxRate.evidence);
  if (tries.length < 2) return undefined;
  const x = [...new Set(tries.map(({ ratePerSecond }) => ratePerSecond))].toSorted((a, b) => a - b);
  const slos = [...new Set(searched.map(({ maxRate }) => maxRate.slo))].join('; ');
  return {
    title: 'Rates that were tried',
    about: `Response p99 at each rate: dots held (${slos}), diamonds did not.`,
    xAxis: { label: 'calls per second', scale: 'log', unit: 'per second' },
    yAxis: { label: 'response p99', scale: 'log', unit: 'ns' },
    x,
    series: searched.flatMap(({ variant, colour, maxRate }) =>
      [true, false].flatMap((held): Series[] => {
        const own = maxRate.evidence.filter(({ failure }) => (failure === null) === held);
        if (own.length === 0) return [];
        const at = new Map(own.map(({ ratePerSecond, p99 }) => [ratePerSecond, p99]));
        return [
          {
            group: variant,
            figure: held ? 'held' : 'did not',
            style: held ? 'dots' : 'diamonds',
            colour,
            values: x.map((rate) => at.get(rate) || null),
          },
        ];
      }),
    ),
  };
}
