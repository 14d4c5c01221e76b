/**
 * What an encoder knows of the shapes of objects: the key lists that the other end has learnt.
 *
 * The lists are kept as a tree, one key a step, so that finding a shape costs a comparison a key
 * while the values are being written:
 *
 *   root ─ name ─ arguments (shape 0)
 *        └ content (shape 1) ─ isError (shape 2)
 *
 * The tree grows by one step each time that an object leaves it, and an object is a shape once the
 * tree has all its keys. So a key list has to come back as often as it has keys before it is
 * learnt, and an object used as a dictionary, whose keys do not come back, costs one step instead
 * of a shape. A full tree is forgotten and grows anew: what is still in use is soon back.
 */

import { MAX_SHAPE_KEYS, MAX_SHAPES } from './tags.ts';

export class ShapeNode {
  /** Number of the shape that ends here; -1: none. */
  shape = -1;
  /** The first two steps onwards are fields: most nodes have no others. */
  firstKey: string | null = null;
  first: ShapeNode | null = null;
  secondKey: string | null = null;
  second: ShapeNode | null = null;
  others: Map<string, ShapeNode> | null = null;
  readonly #key: string;
  readonly #parent: ShapeNode | null;
  readonly keyCount: number;

  constructor(key: string, parent: ShapeNode | null) {
    this.#key = key;
    this.#parent = parent;
    this.keyCount = parent === null ? 0 : parent.keyCount + 1;
  }

  /** The keys from the root to here, in their order. */
  keys(): string[] {
    if (this.#parent === null) return [];
    const keys = this.#parent.keys();
    keys.push(this.#key);
    return keys;
  }
}

export class ShapeTable {
  root = new ShapeNode('', null);
  #nodeCount = 0;
  /** Nodes of the shapes by number. */
  #learnt: ShapeNode[] = [];

  /** Whether it is time to {@link forgetAll}. */
  get isFull(): boolean {
    return this.#nodeCount >= MAX_SHAPES;
  }

  /** How many shapes the other end knows, if it was told of them. */
  get size(): number {
    return this.#learnt.length;
  }

  /**
   * The step by `key` from `node`, when it is not one of its first two; `null` when the tree does
   * not have it, and it may have it next time.
   */
  step(node: ShapeNode, key: string): ShapeNode | null {
    const known = node.others?.get(key);
    if (known !== undefined) return known;
    if (this.isFull || node.keyCount >= MAX_SHAPE_KEYS) return null;
    const grown = new ShapeNode(key, node);
    this.#nodeCount++;
    if (node.first === null) {
      node.firstKey = key;
      node.first = grown;
    } else if (node.second === null) {
      node.secondKey = key;
      node.second = grown;
    } else {
      node.others ??= new Map();
      node.others.set(key, grown);
    }
    return null;
  }

  /** Makes the keys up to `node` the next shape and returns its number. */
  learn(node: ShapeNode): number {
    node.shape = this.#learnt.length;
    this.#learnt.push(node);
    return node.shape;
  }

  /** Takes back the shapes beyond the first `size`: the other end never heard of them. */
  unlearn(size: number): void {
    while (this.#learnt.length > size) (this.#learnt.pop() as ShapeNode).shape = -1;
  }

  /** Forgets everything. The other end has to be told. */
  forgetAll(): void {
    this.root = new ShapeNode('', null);
    this.#nodeCount = 0;
    this.#learnt = [];
  }
}
