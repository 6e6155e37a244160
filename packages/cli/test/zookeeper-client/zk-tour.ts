import { expect } from "vitest";
import { EXIT } from "../../src/exit-codes.ts";
import { OPEN_TO_ALL } from "../../src/zookeeper-client/access-list.ts";
import { ZooKeeperClient } from "../../src/zookeeper-client/zookeeper-client.ts";
import { zooKeeperEndpoints } from "../../src/zookeeper-client/zookeeper-endpoints.ts";
import { ZooKeeperSession } from "../../src/zookeeper-client/zookeeper-session.ts";
import { zk } from "./run-zk.ts";

/** What `bob:secret` is in an access list. */
const BOB = "digest:bob:fyVmFCwVbTJYrznoSu1koqYEYF0=";
const AS_BOB = ["--auth", "digest:bob:secret"];
const CHILDREN = 1100;

/** Every `quorate zk` command that writes, against servers that know TTL nodes, which must do the same. */
export async function expectTour(endpoints: string): Promise<void> {
  const at = ["--endpoints", endpoints];
  const does = async (out: string | RegExp, ...args: readonly string[]): Promise<void> => {
    const ran = await zk(...args, ...at);
    expect(ran, args.join(" ")).toEqual({
      code: EXIT.ok,
      out: typeof out === "string" ? out : expect.stringMatching(out),
      err: "",
    });
  };
  const refuses = async (why: string, ...args: readonly string[]): Promise<void> => {
    const ran = await zk(...args, ...at);
    expect(ran, args.join(" ")).toEqual({ code: EXIT.failed, out: "", err: `quorate: ${why}\n` });
  };

  await does("/tour\n", "create", "/tour", "one");
  await refuses("/tour: there is such a node already (NODEEXISTS)", "create", "/tour", "");
  await refuses("/no/a: its parent does not exist (NONODE)", "create", "/no/a", "");
  await does("/tour/s-0000000000\n", "create", "/tour/s-", "", "--sequential");
  await does("/tour/0000000001\n", "create", "/tour/", "", "--sequential");
  await does("/tour/c\n", "create", "/tour/c", "", "--container");
  await does(/"data_length":2,/, "create", "/tour/t", "hi", "--ttl", "600000", "--json");
  await does("0000000001\nc\ns-0000000000\nt\n", "ls", "/tour");
  await does("OK\n", "set", "/tour", "two", "--version", "0");
  await refuses(
    "/tour: version 0 was asked for, but it is at 1 (BADVERSION)",
    "set",
    "/tour",
    "three",
    "--version",
    "0",
  );
  await does(/^two\ncZxid = 0x(?:.*\n)*dataVersion = 1\n/, "get", "/tour", "-s");
  await does(/numChildren = 4\n$/, "stat", "/tour");
  await does("world:anyone:cdrwa\n", "acl", "/tour/t");
  await refuses(
    "/tour/t: the server does not take that access list: does --auth authenticate by what it names? (INVALIDACL)",
    "acl",
    "/tour/t",
    "--set",
    "auth::cdrwa",
  );
  await does("OK\n", "acl", "/tour/t", "--set", "world:anyone:r,auth::cdrwa", ...AS_BOB);
  await does(`world:anyone:r\n${BOB}:cdrwa\n`, "acl", "/tour/t", ...AS_BOB);
  await refuses(
    "/tour/t: it needs WRITE (w) on /tour/t: authenticate with --auth as somebody who has it (NOAUTH)",
    "set",
    "/tour/t",
    "x",
  );
  await refuses(
    "/tour/t: aversion 0 was asked for, but it is at 1 (BADVERSION)",
    "acl",
    "/tour/t",
    "--set",
    "world:anyone:cdrwa",
    "--version",
    "0",
    ...AS_BOB,
  );
  await does("OK\n", "set", "/tour/t", "x", ...AS_BOB);
  await refuses("/tour: it has children: --recursive deletes them too (NOTEMPTY)", "rm", "/tour");
  await does("1\n", "rm", "/tour/c", "--version", "0");
  await fill(endpoints, "/tour/deep", CHILDREN);
  await does(/"deleted":1105,"transactions":2}/, "rm", "-R", "/tour", "--json");
  await refuses("/tour: there is no such node (NONODE)", "rm", "/tour");
}

/** A node with so many children. */
async function fill(endpoints: string, path: string, count: number): Promise<void> {
  const session = new ZooKeeperSession({
    endpoints: zooKeeperEndpoints(endpoints),
    answerMs: 10_000,
    auth: [],
  });
  const client = new ZooKeeperClient(session);
  const create = (node: string): Promise<unknown> =>
    client.create({
      path: node,
      data: new Uint8Array(),
      acl: OPEN_TO_ALL,
      mode: { kind: "persistent", sequential: false },
    });
  await create(path);
  await Promise.all(Array.from({ length: count }, (_, i) => create(`${path}/${i}`)));
  await session.close();
}
