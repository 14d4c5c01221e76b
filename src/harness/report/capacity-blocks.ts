/** What a capacity report is made of: content without a format. */

import type { CapacityOption } from '../results/capacity-record.ts';

/** `curve` and `growth` are drawn where there is something to draw with; tables say the same. */
export type Block =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'curve'; readonly option: CapacityOption }
  | { readonly kind: 'growth'; readonly option: CapacityOption }
  | PageTable;

export interface PageTable {
  readonly kind: 'table';
  readonly caption: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns from the first that hold words, not figures. */
  readonly wordColumns: number;
  /** Whether it is shown only when asked for, where that can be. Default: false. */
  readonly isFolded?: boolean;
}

/** A block for formats that cannot draw. */
export type WrittenBlock = Exclude<Block, { readonly kind: 'curve' | 'growth' }>;

export function isWritten(block: Block): block is WrittenBlock {
  return block.kind !== 'curve' && block.kind !== 'growth';
}
