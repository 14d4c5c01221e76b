/**
 * An instance type as people write it: `c7g.large=2c,4GiB,$52`. Name, cores, memory, and its price a
 * month where cost is wanted. Nothing is looked up: prices change, and a plan must say whose it used.
 */

import { ToolrigError } from '../../core/errors.ts';

export interface InstanceType {
  readonly name: string;
  readonly cores: number;
  readonly memoryBytes: number;
  /** For a month of 730 hours; `null`: no price was given. */
  readonly price: Price | null;
}

export interface Price {
  readonly amount: number;
  /** As it was written: `$`, `€`, `EUR`. */
  readonly currency: string;
}

const CORES = /^(\d+(?:\.\d+)?)\s*(?:c|cores?|vcpus?)$/i;
const MEMORY = /^(\d+(?:\.\d+)?)\s*(MiB|GiB|MB|GB)$/i;
const PRICE = /^(?:(\$|€|£)\s*(\d+(?:\.\d+)?)|(\d+(?:\.\d+)?)\s*([A-Z]{3}))$/;
const BYTES: Readonly<Record<string, number>> = {
  mib: 1_024 ** 2,
  gib: 1_024 ** 3,
  mb: 1e6,
  gb: 1e9,
};

/**
 * Reads an instance type.
 *
 * @throws ToolrigError `ERR_USAGE` naming the part that cannot be used
 */
export function parseInstanceType(text: string): InstanceType {
  const at = text.indexOf('=');
  const name = text.slice(0, at).trim();
  if (at < 1 || name === '') throw usage(text, 'it has no name before an =');
  let cores: number | undefined;
  let memoryBytes: number | undefined;
  let price: Price | null = null;
  for (const raw of text.slice(at + 1).split(',')) {
    const part = raw.trim();
    const coresMatch = CORES.exec(part);
    const memoryMatch = MEMORY.exec(part);
    const amount = priceOf(part);
    if (coresMatch !== null) cores = Number(coresMatch[1]);
    else if (memoryMatch !== null) {
      memoryBytes =
        Number(memoryMatch[1]) * (BYTES[(memoryMatch[2] ?? '').toLowerCase()] as number);
    } else if (amount !== undefined) price = amount;
    else throw usage(text, `'${part}' is neither cores (2c), memory (4GiB) nor a price ($52)`);
  }
  if (!(cores !== undefined && cores > 0)) throw usage(text, 'it needs cores, as in 2c');
  if (!(memoryBytes !== undefined && memoryBytes > 0)) {
    throw usage(text, 'it needs memory, as in 4GiB');
  }
  return { name, cores, memoryBytes, price };
}

/** A price such as `$52`, `€49.90` or `52 EUR`; `undefined` when it is none. */
export function priceOf(text: string): Price | undefined {
  const match = PRICE.exec(text.trim());
  if (match === null) return undefined;
  const [, sign, signed, plain, code] = match;
  return { amount: Number(signed ?? plain), currency: sign ?? code ?? '' };
}

function usage(text: string, what: string): ToolrigError {
  return new ToolrigError(
    'ERR_USAGE',
    `instance '${text}' cannot be used: ${what}. Write it as 'c7g.large=2c,4GiB,$52', ` +
      'with the price a month or without',
  );
}
