/** A variant has the same colour on every page. */

const KNOWN = [
  'native',
  'json',
  'worker',
  'sdk-memory',
  'http',
  'process',
  'stdio',
  'http-stateless',
  'http-saturation',
  'direct',
];

/** Number of its colour; variants that nobody knows take theirs in turn, by `index`. */
export function colourOfVariant(variant: string, index: number): number {
  const known = KNOWN.indexOf(variant);
  return known === -1 ? index : known;
}
