import type { EtcdClient } from "./etcd-client.ts";
import { EtcdError } from "./etcd-error.ts";
import type { Keys } from "./key-range.ts";
import type { KeyValue } from "./key-value.ts";
import { untilAnswered } from "./retry.ts";

/** All keys of a range as they were at one revision, in their order. */
export interface Snapshot {
  readonly revision: number;
  readonly kvs: readonly KeyValue[];
}

export interface MirrorOptions {
  /** Ends it with an error: the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** The keys as they are, and again after every revision that changed one of them. */
export async function* mirror(
  client: EtcdClient,
  keys: Keys,
  { signal }: MirrorOptions,
): AsyncGenerator<Snapshot, void> {
  for (;;) {
    const read = await readAll(client, keys, signal);
    yield read;
    const present = new Map(read.kvs.map((kv) => [nameOf(kv), kv]));
    for await (const item of client.watch(keys, { fromRevision: read.revision + 1, signal })) {
      if (item.kind === "gap") break;
      if (item.kind === "progress") continue;
      for (const { kind, kv } of item.changes) {
        if (kind === "put") present.set(nameOf(kv), kv);
        else present.delete(nameOf(kv));
      }
      const names = [...present.keys()].sort();
      yield { revision: item.revision, kvs: names.map((name) => present.get(name) as KeyValue) };
    }
  }
}

/** Begins anew when what it reads is compacted meanwhile. */
async function readAll(
  client: EtcdClient,
  keys: Keys,
  signal: AbortSignal | undefined,
): Promise<Snapshot> {
  for (;;) {
    try {
      return await untilAnswered(client.clock, signal, () => client.getAll(keys, { signal }));
    } catch (thrown) {
      if (!(thrown instanceof EtcdError) || thrown.reason !== "compacted") throw thrown;
    }
  }
}

/** One character per byte: so names compare as the bytes do. */
function nameOf({ key }: KeyValue): string {
  return Buffer.from(key.buffer, key.byteOffset, key.length).toString("latin1");
}
