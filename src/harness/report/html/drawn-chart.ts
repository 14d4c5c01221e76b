/** What a chart is to the script of the page: the contract between `figure.ts` and `browser/`. */

import type { AxisUnit } from './axis-format.ts';

export interface Axis {
  readonly label: string;
  /** `tail`: the values are 1 / (1 − p), and the axis shows percentiles. */
  readonly scale: 'linear' | 'log' | 'tail';
  readonly unit: AxisUnit;
}

export interface DrawnSeries {
  readonly group: string;
  /** Empty where the group has one. */
  readonly figure: string;
  /** Number of one of the style sheet's colours. */
  readonly colour: number;
  readonly style: 'line' | 'dashed' | 'dots' | 'triangles' | 'diamonds';
  readonly values: readonly (number | null)[];
  readonly band?: {
    readonly low: readonly (number | null)[];
    readonly high: readonly (number | null)[];
  };
}

export interface DrawnChart {
  readonly title: string;
  readonly xAxis: Axis;
  readonly yAxis: Axis;
  /** Rising. */
  readonly x: readonly number[];
  readonly series: readonly DrawnSeries[];
  readonly level?: { readonly y: number; readonly text: string };
}
