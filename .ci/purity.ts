import type { Token } from "./source-tokens.ts";

/** Trees without clock, randomness, IO, timers or promises: the same code runs in production and in the simulator. */
export const PURE_TREES: readonly string[] = [
  "packages/core/src/",
  "packages/raft/src/",
  "packages/zab/src/",
  "packages/kv/src/etcd/alarm/",
  "packages/kv/src/etcd/bolt/",
  "packages/kv/src/etcd/database/",
  "packages/kv/src/etcd/lease/",
  "packages/kv/src/etcd/store/",
  "packages/kv/src/etcd/codec/",
  "packages/kv/src/etcd/apply/",
  "packages/kv/src/etcd/watch/",
  "packages/kv/src/zookeeper/access/",
  "packages/kv/src/zookeeper/store/",
  "packages/kv/src/zookeeper/codec/",
  "packages/kv/src/zookeeper/apply/",
  "packages/kv/src/zookeeper/session/",
  "packages/kv/src/zookeeper/watch/",
];

/** Inside the pure trees, what may wait: the suites drive adapters that do. The simulator may not. */
const MAY_WAIT: readonly string[] = ["packages/core/src/testing/compliance/"];

const WAITING = new Set(["Promise", "async", "await"]);

/** What `"lib": ["es2023"]` lets through, and what a stray type reference would. */
const IMPURE = new Set([
  "Atomics",
  "Date",
  "FinalizationRegistry",
  "Intl",
  "SharedArrayBuffer",
  "WeakRef",
  "globalThis",
  "performance",
  "queueMicrotask",
  "setImmediate",
  "setInterval",
  "setTimeout",
]);

/** Refused as members, whatever they are members of. */
const IMPURE_MEMBERS = new Set([
  "localeCompare",
  "toLocaleLowerCase",
  "toLocaleString",
  "toLocaleUpperCase",
]);

export function isPure(path: string): boolean {
  return PURE_TREES.some((tree) => path.startsWith(tree));
}

/** The impure names in a file of a pure tree, as `path:line name`. */
export function impureNames(path: string, tokens: readonly Token[]): string[] {
  const mayWait = MAY_WAIT.some((tree) => path.startsWith(tree));
  const found: string[] = [];
  for (const [i, { kind, text, line }] of tokens.entries()) {
    if (kind !== "word") continue;
    const isMember = tokens[i - 1]?.text === "." && tokens[i - 2]?.text !== ".";
    const owner = isMember ? tokens[i - 2]?.text : undefined;
    const name = owner === "Math" ? `Math.${text}` : text;
    const isImpure = isMember
      ? name === "Math.random" || IMPURE_MEMBERS.has(text)
      : IMPURE.has(text) || (WAITING.has(text) && !mayWait);
    if (isImpure) found.push(`${path}:${line} ${name}`);
  }
  return found;
}
