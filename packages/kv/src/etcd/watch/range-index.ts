import type { KeyRange, KeyText } from "../store/key-order.ts";

/** Behind every key: where a range without an upper end ends. */
const BEHIND_ALL: KeyText = "\u0100";

interface Node<Item> {
  readonly from: KeyText;
  readonly to: KeyText;
  readonly item: Item;
  /** No node below has a greater one. */
  readonly priority: number;
  left: Branch<Item>;
  right: Branch<Item>;
  /** The greatest end in this branch. */
  furthest: KeyText;
}

type Branch<Item> = Node<Item> | null;

/**
 * Items by key range, to be found by the keys in them: a treap in the order of the ranges whose
 * branches know how far they reach. Adding and removing costs the logarithm of the number of ranges,
 * however they are nested; finding that for each range found, at most.
 */
export class RangeIndex<Item> {
  #root: Branch<Item> = null;
  #size = 0;
  /** Xorshift: the tree is as flat as chance makes it, in whatever order ranges come. */
  #seed = 0x9e37_79b9;

  get size(): number {
    return this.#size;
  }

  get(range: KeyRange): Item | undefined {
    const to = range.to ?? BEHIND_ALL;
    let branch = this.#root;
    while (branch !== null) {
      const order = compare(range.from, to, branch);
      if (order === 0) return branch.item;
      branch = order < 0 ? branch.left : branch.right;
    }
    return undefined;
  }

  /** The range must not be there yet. */
  add(range: KeyRange, item: Item): void {
    const { from, to } = range;
    const priority = this.#nextPriority();
    const end = to ?? BEHIND_ALL;
    const node = { from, to: end, item, priority, left: null, right: null, furthest: end };
    this.#root = insert(this.#root, node);
    this.#size++;
  }

  /** The range must be there. */
  delete(range: KeyRange): void {
    this.#root = remove(this.#root, range.from, range.to ?? BEHIND_ALL);
    this.#size--;
  }

  /** Calls back for every range that holds the key. */
  visit(key: KeyText, visitor: (item: Item) => void): void {
    visit(this.#root, key, visitor);
  }

  /** All items, in the order of their ranges. */
  *items(): Generator<Item, undefined> {
    const above: Node<Item>[] = [];
    let branch = this.#root;
    while (branch !== null || above.length > 0) {
      for (; branch !== null; branch = branch.left) above.push(branch);
      const node = above.pop() as Node<Item>;
      yield node.item;
      branch = node.right;
    }
    return undefined;
  }

  #nextPriority(): number {
    let seed = this.#seed;
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    this.#seed = seed;
    return seed;
  }
}

function compare(from: KeyText, to: KeyText, node: Node<unknown>): number {
  if (from !== node.from) return from < node.from ? -1 : 1;
  if (to !== node.to) return to < node.to ? -1 : 1;
  return 0;
}

function insert<Item>(branch: Branch<Item>, node: Node<Item>): Node<Item> {
  if (branch === null) return node;
  if (node.priority > branch.priority) {
    [node.left, node.right] = split(branch, node);
    return measured(node);
  }
  if (compare(node.from, node.to, branch) < 0) branch.left = insert(branch.left, node);
  else branch.right = insert(branch.right, node);
  return measured(branch);
}

/** What comes before the node, and what behind it. */
function split<Item>(branch: Branch<Item>, at: Node<Item>): [Branch<Item>, Branch<Item>] {
  if (branch === null) return [null, null];
  if (compare(at.from, at.to, branch) < 0) {
    const [before, behind] = split(branch.left, at);
    branch.left = behind;
    return [before, measured(branch)];
  }
  const [before, behind] = split(branch.right, at);
  branch.right = before;
  return [measured(branch), behind];
}

function remove<Item>(branch: Branch<Item>, from: KeyText, to: KeyText): Branch<Item> {
  if (branch === null) return null;
  const order = compare(from, to, branch);
  if (order === 0) return join(branch.left, branch.right);
  if (order < 0) branch.left = remove(branch.left, from, to);
  else branch.right = remove(branch.right, from, to);
  return measured(branch);
}

/** Everything in the left branch comes before everything in the right one. */
function join<Item>(left: Branch<Item>, right: Branch<Item>): Branch<Item> {
  if (left === null) return right;
  if (right === null) return left;
  if (left.priority > right.priority) {
    left.right = join(left.right, right);
    return measured(left);
  }
  right.left = join(left, right.left);
  return measured(right);
}

function measured<Item>(node: Node<Item>): Node<Item> {
  const { left, right } = node;
  let furthest = node.to;
  if (left !== null && left.furthest > furthest) furthest = left.furthest;
  if (right !== null && right.furthest > furthest) furthest = right.furthest;
  node.furthest = furthest;
  return node;
}

function visit<Item>(branch: Branch<Item>, key: KeyText, visitor: (item: Item) => void): void {
  let node = branch;
  while (node !== null && node.furthest > key) {
    visit(node.left, key, visitor);
    // All that comes behind begins no earlier.
    if (node.from > key) return;
    if (node.to > key) visitor(node.item);
    node = node.right;
  }
}
