/** Where an axis has its marks: at round numbers, as many as there is room for. */

/** Marks of a logarithmic axis: powers of ten; 1, 2 and 5 of each where there are few. */
export function logTicks(min: number, max: number, most: number): number[] {
  if (!(min > 0) || !(max > min)) return [];
  const first = Math.floor(Math.log10(min));
  const last = Math.ceil(Math.log10(max));
  const decades = Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i));
  const within = (values: number[]) =>
    values.filter((each) => each >= min * 0.999 && each <= max * 1.001);
  const fine = within(decades.flatMap((each) => [each, each * 2, each * 5]));
  if (fine.length <= most) return fine.length >= 3 ? fine : linearTicks(min, max, most);
  const coarse = within(decades);
  const step = Math.ceil(coarse.length / most);
  return coarse.filter((_, i) => i % step === 0);
}

/** p50, p90, p99 and so on, with p75 and p95 between them. */
export function tailTicks(min: number, max: number, most: number): number[] {
  const nines = Array.from({ length: 12 }, (_, i) => 10 ** (i + 1));
  const within = (values: number[]) =>
    values.filter((each) => each >= min * 0.999 && each <= max * 1.001);
  const fine = within([2, 4, 20, ...nines].toSorted((a, b) => a - b));
  if (max <= 1e4 && fine.length <= most) return fine;
  const coarse = within([2, ...nines]);
  const step = Math.ceil(coarse.length / most);
  return coarse.filter((_, i) => i % step === 0);
}

export function linearTicks(min: number, max: number, most: number): number[] {
  if (!(max > min)) return [min];
  const rough = (max - min) / Math.max(2, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((each) => each * power >= rough) ?? 10) * power;
  const first = Math.ceil(min / step - 1e-9);
  const count = Math.floor(max / step + 1e-9) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, i) => (first + i) * step);
}
