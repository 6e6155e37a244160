import { expect, test } from "vitest";
import { membershipText, type Ensemble } from "../../src/zookeeper/ensemble.ts";
import { parseServerLine } from "../../src/zookeeper/server-line.ts";
import type { Server } from "../../src/zookeeper/servers.ts";

function server(sid: number, text: string): Server {
  const line = parseServerLine(text);
  if ("problem" in line) throw new Error(line.problem);
  return { key: `server.${sid}`, sid, at: "zoo.cfg", line };
}

test("is one line for each server, in ZooKeeper's form, and a version; for clients only what it says of them", () => {
  const servers = [
    server(1, "a:2888:3888"),
    server(2, "b:2889:3889:observer;10.0.0.2:2181"),
    server(3, "[::1]:2888:3888|c:2890:3890;2182"),
  ];
  const ensemble: Ensemble = { kind: "replicated", self: "1", servers, groups: null };
  expect(membershipText(ensemble).split("\n")).toEqual([
    "server.1=a:2888:3888:participant",
    "server.2=b:2889:3889:observer;10.0.0.2:2181",
    "server.3=[::1]:2888:3888|c:2890:3890:participant;0.0.0.0:2182",
    "version=0",
  ]);
});

test("of a server that runs alone is empty", () => {
  expect(membershipText({ kind: "standalone", self: "1", server: null })).toBe("");
});
