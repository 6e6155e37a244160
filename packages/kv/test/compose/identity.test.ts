import { expect, test } from "vitest";
import { clusterIdentity } from "../../src/compose/identity.ts";

// The ids below were printed by the real etcd for the same flags.

test("the ids of a cluster of one are etcd's", () => {
  const identity = clusterIdentity(
    [{ name: "default", peerUrls: ["http://localhost:2380"] }],
    "etcd-cluster",
  );
  expect(identity.cluster).toBe("cdf818194e3a8c32");
  expect(identity.members.map((member) => member.id)).toEqual(["8e9e05c52164694d"]);
});

test("the token enters the ids", () => {
  const identity = clusterIdentity([{ name: "m1", peerUrls: ["http://127.0.0.1:26092"] }], "tok");
  expect(identity.cluster).toBe("61a9f4d62af076a3");
  expect(identity.members[0]?.id).toBe("bc91482a5055b5b7");
});

test("neither the order of the members nor that of their URLs matters", () => {
  const a = { name: "a", peerUrls: ["http://a:2380", "http://b:2380"] };
  const b = { name: "b", peerUrls: ["http://c:2380"] };
  const one = clusterIdentity([a, b], "t");
  const other = clusterIdentity([b, { ...a, peerUrls: [...a.peerUrls].reverse() }], "t");
  expect(other.cluster).toBe(one.cluster);
  expect(new Set(other.members.map((member) => member.id))).toEqual(
    new Set(one.members.map((member) => member.id)),
  );
});
