import { afterAll, beforeAll, expect, test } from "vitest";
import { EXIT } from "../../src/exit-codes.ts";
import { run } from "../../src/run.ts";
import { fakeTerminal } from "../fake-terminal.ts";
import { RealCluster } from "./real-cluster.ts";

let cluster: RealCluster;
beforeAll(async () => {
  cluster = await RealCluster.start(1);
}, 60_000);
afterAll(() => cluster.close());

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command against the member, by the variable that etcdctl uses too. */
async function quorate(args: readonly string[], input = ""): Promise<Ran> {
  const env = { ETCDCTL_ENDPOINTS: cluster.endpoints.join(",") };
  const terminal = fakeTerminal({ env, input });
  const code = await run(args, terminal);
  return { code, out: terminal.stdout(), err: terminal.stderr() };
}

async function printed(...args: string[]): Promise<string> {
  const { code, out, err } = await quorate(args);
  expect({ code, err }, args.join(" ")).toEqual({ code: EXIT.ok, err: "" });
  return out;
}

async function answered(...args: string[]): Promise<unknown> {
  return JSON.parse(await printed(...args, "--json"));
}

test("put, get and del work on keys, ranges, prefixes and revisions", async () => {
  expect(await printed("put", "a/1", "one")).toBe("OK\n");
  expect((await quorate(["put", "a/2"], "from input")).out).toBe("OK\n");
  expect(await printed("put", "b", "other")).toBe("OK\n");
  expect(await printed("put", "--", "-dash", "-v")).toBe("OK\n");
  expect(await printed("get", "a/1")).toBe("a/1\none\n");
  expect(await printed("get", "a/2", "--print-value-only")).toBe("from input\n");
  expect(await printed("get", "--", "-dash")).toBe("-dash\n-v\n");
  expect(await printed("get", "a/", "--prefix", "--keys-only")).toBe("a/1\na/2\n");
  expect(await printed("get", "a/2", "--from-key", "--keys-only")).toBe("a/2\nb\n");
  expect(await printed("get", "a", "b", "--count-only")).toBe("2\n");
  expect(await printed("get", "", "--prefix", "--limit", "1", "--keys-only")).toBe("-dash\n");
  expect(
    await printed(
      "get",
      "a/",
      "--prefix",
      "--sort-by",
      "CREATE",
      "--order",
      "DESCEND",
      "--keys-only",
    ),
  ).toBe("a/2\na/1\n");
  expect(await printed("get", "missing")).toBe("");

  const before = (await answered("get", "a/1")) as { readonly revision: number };
  expect(await answered("put", "a/1", "two", "--prev-kv")).toMatchObject({
    revision: before.revision + 1,
    prev_kv: { key: "a/1", value: "one", version: 1 },
  });
  expect(await printed("get", "a/1", "--rev", String(before.revision))).toBe("a/1\none\n");
  expect(await answered("get", "a/", "--prefix", "--limit", "1")).toMatchObject({
    count: 2,
    more: true,
    kvs: [{ key: "a/1", value: "two", version: 2 }],
  });
  expect(await printed("get", "a/1", "--consistency", "s")).toBe("a/1\ntwo\n");

  expect(await answered("del", "a/", "--prefix", "--prev-kv")).toMatchObject({
    deleted: 2,
    prev_kvs: [{ key: "a/1" }, { key: "a/2" }],
  });
  expect(await printed("del", "a/1")).toBe("0\n");
});

test("what the server refuses is said in its words", async () => {
  const { code, out, err } = await quorate(["get", "a", "--rev", "999999"]);
  expect({ code, out }).toEqual({ code: EXIT.failed, out: "" });
  expect(err).toBe("quorate: etcdserver: mvcc: required revision is a future revision\n");
});

test("status tells who leads and how far it is", async () => {
  expect(await answered("status", "--cluster")).toMatchObject({
    endpoints: [
      {
        endpoint: cluster.endpoint(0),
        up: true,
        leader: true,
        version: expect.stringMatching(/^3\.\d+\.\d+$/),
        raft_term: expect.any(Number),
        errors: [],
      },
    ],
  });
  expect(await printed("status")).toMatch(/│ leader +│/);
});
