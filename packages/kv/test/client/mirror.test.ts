import { afterEach, expect, test } from "vitest";
import type { EtcdClient } from "../../src/client/etcd-client.ts";
import { prefix } from "../../src/client/key-range.ts";
import type { Snapshot } from "../../src/client/mirror.ts";
import { op } from "../../src/client/op.ts";
import type { ManualEnsemble } from "../../src/compose/ensemble/etcd/etcd-ensemble.ts";
import { startEnsemble } from "../../src/compose/ensemble/etcd/start-ensemble.ts";

let ensemble: ManualEnsemble;
afterEach(() => ensemble.close());

async function started(): Promise<EtcdClient> {
  ensemble = await startEnsemble({ members: 1, clock: "manual" });
  return ensemble.client();
}

const until = <T>(promise: Promise<T>): Promise<T> => ensemble.until(promise);

const short = ({ revision, kvs }: Snapshot): string =>
  [revision, ...kvs.map((kv) => `${kv.keyText}=${kv.text}`)].join(" ");

async function next(states: AsyncGenerator<Snapshot, void>): Promise<string> {
  const { value } = await until(states.next());
  return value === undefined ? "done" : short(value);
}

test("tells what is there, and again whenever it changes", async () => {
  const client = await started();
  const { revision } = await until(client.put("a/2", "x"));
  await until(client.put("b", "x"));
  const states = client.mirror(prefix("a/"));
  expect(await next(states)).toBe(`${revision + 1} a/2=x`);
  await until(client.put("a/1", "y"));
  await until(client.txn().do(op.put("a/3", "z"), op.delete("a/2")).commit());
  await until(client.put("b", "y"));
  await until(client.put("a/1", "w"));
  expect(await next(states)).toBe(`${revision + 2} a/1=y a/2=x`);
  expect(await next(states)).toBe(`${revision + 3} a/1=y a/3=z`);
  expect(await next(states)).toBe(`${revision + 5} a/1=w a/3=z`);
  await until(states.return());
  expect(await next(states)).toBe("done");
});

test("reads anew when changes were compacted before they could be told", async () => {
  const client = await started();
  await until(client.put("a", "1"));
  const states = client.mirror("a");
  await next(states);
  await until(client.put("a", "2"));
  const { revision } = await until(client.put("a", "3"));
  await until(client.compact(revision));
  expect(await next(states)).toBe(`${revision} a=3`);
  await until(client.put("a", "4"));
  expect(await next(states)).toBe(`${revision + 1} a=4`);
});

test("ends with its signal", async () => {
  const client = await started();
  const controller = new AbortController();
  const states = client.mirror("a", { signal: controller.signal });
  await next(states);
  const waiting = states.next();
  controller.abort(new Error("no longer wanted"));
  await expect(until(waiting)).rejects.toThrow("no longer wanted");
});
