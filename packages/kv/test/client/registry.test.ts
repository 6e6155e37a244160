import { afterEach, expect, test } from "vitest";
import type { EtcdClient } from "../../src/client/etcd-client.ts";
import type { Instance } from "../../src/client/registry.ts";
import type { ManualEnsemble } from "../../src/compose/ensemble/etcd/etcd-ensemble.ts";
import { startEnsemble } from "../../src/compose/ensemble/etcd/start-ensemble.ts";

let ensemble: ManualEnsemble;
afterEach(() => ensemble.close());

async function started(members = 1): Promise<readonly [EtcdClient, EtcdClient]> {
  ensemble = await startEnsemble({ members, clock: "manual" });
  return [ensemble.client(), ensemble.client()];
}

const until = <T>(promise: Promise<T>): Promise<T> => ensemble.until(promise);

const short = (instances: readonly Instance[]): readonly string[] =>
  instances.map(({ name, metadata }) => `${name} ${JSON.stringify(metadata)}`);

async function next(sets: AsyncGenerator<readonly Instance[], void>): Promise<readonly string[]> {
  return short((await until(sets.next())).value ?? []);
}

test("instances are listed with what they say of themselves, and watched", async () => {
  const [client, other] = await started();
  const registry = client.registry();
  const sets = other.registry().watch("mail");
  expect(await next(sets)).toEqual([]);
  const b = await until(registry.register("mail", "b", { port: 2 }));
  expect(b.key).toBe("services/mail/b");
  const a = await until(registry.register("mail", "a", { port: 1 }));
  await until(registry.register("mailing", "c", { port: 3 }));
  expect(await next(sets)).toEqual(['b {"port":2}']);
  expect(await next(sets)).toEqual(['a {"port":1}', 'b {"port":2}']);
  expect(short(await until(registry.instances("mail")))).toEqual(['a {"port":1}', 'b {"port":2}']);
  await until(a.withdraw());
  await until(a.ended);
  expect(await next(sets)).toEqual(['b {"port":2}']);
  await until(sets.return());
});

test("an instance stays as long as its process lives, and goes when it dies", async () => {
  const [client, other] = await started();
  const registration = await until(client.registry().register("mail", "a", 1, { ttlSeconds: 5 }));
  const ended = registration.ended.catch((error: unknown) => error);
  await ensemble.advance(60_000);
  expect(await until(other.registry().instances("mail"))).toHaveLength(1);
  client.close();
  expect(await ended).toMatchObject({ why: "abandoned" });
  await ensemble.advance(10_000);
  expect(await until(other.registry().instances("mail"))).toHaveLength(0);
});

test("an instance whose lease was lost is listed again", async () => {
  const [client, other] = await started();
  const registration = await until(client.registry().register("mail", "a", 1));
  const [before] = await until(other.registry().instances("mail"));
  await until(other.leases.revoke(before?.kv.lease ?? 0n));
  expect(await until(other.registry().instances("mail"))).toEqual([]);
  await ensemble.advance(10_000);
  const [after] = await until(other.registry().instances("mail"));
  expect(after).toMatchObject({ name: "a", metadata: 1 });
  expect(after?.kv.lease).not.toBe(before?.kv.lease);
  await until(registration.withdraw());
  await until(registration.ended);
  expect(await until(other.registry().instances("mail"))).toEqual([]);
});

test("an instance comes back when the cluster does", async () => {
  const [client, other] = await started(3);
  await until(client.registry().register("mail", "a", 1, { ttlSeconds: 5 }));
  ensemble.partition([]);
  await ensemble.advance(60_000);
  ensemble.heal();
  await until(ensemble.untilLed());
  await ensemble.advance(20_000);
  expect(short(await until(other.registry().instances("mail")))).toEqual(["a 1"]);
});

test("an instance that is withdrawn while it cannot be listed stays away", async () => {
  const [client, other] = await started(3);
  const registration = await until(client.registry().register("mail", "a", 1, { ttlSeconds: 5 }));
  ensemble.partition([]);
  await ensemble.advance(60_000);
  const withdrawn = registration.withdraw().catch((error: unknown) => error);
  await until(registration.ended);
  ensemble.heal();
  await until(withdrawn);
  await until(ensemble.untilLed());
  await ensemble.advance(20_000);
  expect(await until(other.registry().instances("mail"))).toEqual([]);
});

test("what is not JSON is listed without metadata", async () => {
  const [client] = await started();
  await until(client.put("services/mail/a", "{"));
  const [instance] = await until(client.registry().instances("mail"));
  expect(instance).toMatchObject({ name: "a", metadata: undefined, kv: { text: "{" } });
});

test("registries with other roots know nothing of one another", async () => {
  const [client] = await started();
  await until(client.registry("x/").register("mail", "a", undefined));
  expect(await until(client.registry().instances("mail"))).toEqual([]);
  expect(short(await until(client.registry("x/").instances("mail")))).toEqual(["a null"]);
});

test.each([
  ["", "a", '"" is no name for a service or an instance: give one without a slash'],
  ["a/b", "a", '"a/b" is no name for a service or an instance: give one without a slash'],
  ["mail", "a/b", '"a/b" is no name for a service or an instance: give one without a slash'],
])("refuses %j with %j", async (service, instance, message) => {
  const [client] = await started();
  await expect(client.registry().register(service, instance, 1)).rejects.toThrow(message);
});
