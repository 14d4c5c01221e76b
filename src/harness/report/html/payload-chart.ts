/** Time per call over the size of the payload: whether a way of hosting copies, and from which size on. */

import type { CaseRecord } from '../../results/scenario-group.ts';
import { isBounded } from '../../stats/bootstrap.ts';
import type { Chart } from './figure.ts';
import { colourOfVariant } from './variant-colour.ts';

const SIZE_IN_NAME = /-?\d+\s*(?:B|KiB|MiB)$/;

/** One chart for each kind of payload that has several sizes, such as `text` and `buffer`. */
export function payloadCharts(cases: readonly CaseRecord[]): Chart[] {
  const sized = cases.filter(({ record }) => sizeOf({ record }) > 0);
  const kinds = new Set(sized.map(kindOf));
  return [...kinds].flatMap((kind) => {
    const bySize = sized
      .filter((each) => kindOf(each) === kind)
      .toSorted((a, b) => sizeOf(a) - sizeOf(b));
    const x = [...new Set(bySize.map(sizeOf))];
    return x.length < 2 || x.length < bySize.length ? [] : chartOf(kind, bySize, x);
  });
}

function chartOf(kind: string, cases: readonly CaseRecord[], x: readonly number[]): Chart {
  const variants = [
    ...new Set(cases.flatMap(({ record }) => record.variants.map(({ variant }) => variant))),
  ];
  return {
    title: `Time per call by payload${kind === '' ? '' : `: ${kind}`}`,
    about:
      'Flat: the payload is passed by reference. Rising: it is copied. The band is the 95 % interval over rounds.',
    xAxis: { label: 'payload', scale: 'log', unit: 'bytes' },
    yAxis: { label: 'time per call', scale: 'log', unit: 'ns' },
    x,
    series: variants.map((variant, index) => {
      const times = cases.map(
        ({ record }) => record.variants.find((each) => each.variant === variant)?.nsPerCall,
      );
      const edge = (pick: 'low' | 'high') =>
        times.map((time) => (time !== undefined && isBounded(time) ? time[pick] : null));
      return {
        group: variant,
        colour: colourOfVariant(variant, index),
        values: times.map((time) => time?.median ?? null),
        band: { low: edge('low'), high: edge('high') },
      };
    }),
  };
}

function kindOf({ name }: CaseRecord): string {
  return name.replace(SIZE_IN_NAME, '');
}

function sizeOf({ record }: Pick<CaseRecord, 'record'>): number {
  return record.payloadBytes ?? 0;
}
