import { setTimeout as pause } from "node:timers/promises";
import { Client, credentials } from "@grpc/grpc-js";
import type { EtcdClient } from "@quorate/kv";
import { ProtoReader, ProtoWriter } from "@quorate/kv/etcd/codec";

const RETRY_AFTER_MS = 50;

/**
 * Waits for a lock with the service that members have for it, and asks the next member where one
 * fails: as long as the lease lives, it keeps its place. Returns the lock's key.
 */
export async function lockByService(
  endpoints: readonly string[],
  name: string,
  lease: bigint,
): Promise<Uint8Array> {
  const request = new ProtoWriter().bytes(1, Buffer.from(name)).uint64(2, lease).finish();
  for (let at = 0; ; at++) {
    const { host } = new URL(endpoints[at % endpoints.length] ?? "");
    const member = new Client(host, credentials.createInsecure());
    try {
      return keyOf(await call(member, request));
    } catch (thrown) {
      console.error(String(thrown));
      await pause(RETRY_AFTER_MS);
    } finally {
      member.close();
    }
  }
}

/** The fencing token of who has a lock of this key. */
export async function tokenOf(client: EtcdClient, key: Uint8Array): Promise<number> {
  const kv = await client.get(key);
  if (kv === null) throw new Error("the lock is lost already");
  return kv.createRevision;
}

function call(member: Client, request: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    member.makeUnaryRequest(
      "/v3lockpb.Lock/Lock",
      (message: Uint8Array) => Buffer.from(message),
      (bytes: Buffer): Uint8Array => bytes,
      request,
      (error, answer) => (answer === undefined ? reject(error ?? new Error()) : resolve(answer)),
    );
  });
}

/** Of a LockResponse. */
function keyOf(answer: Uint8Array): Uint8Array {
  const reader = new ProtoReader(answer);
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x12) return reader.bytes();
    reader.skip(tag, 0);
  }
  throw new Error("an answer without a key");
}
