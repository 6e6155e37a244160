import { expect, test } from "vitest";
import { serversOf } from "../../../src/zookeeper/facts/index.ts";

test("servers are read as /zookeeper/config has them", () => {
  const lines = [
    "server.1=a:2888:3888:participant;a:2181",
    "server.2=[::1]:2888:3888|b:2889:3889:observer",
    "version=0",
  ];
  expect(serversOf(lines.join("\n"))).toEqual([
    {
      sid: "1",
      ways: [{ host: "a", quorumPort: 2888, electionPort: 3888 }],
      role: "participant",
      client: "a:2181",
    },
    {
      sid: "2",
      ways: [
        { host: "[::1]", quorumPort: 2888, electionPort: 3888 },
        { host: "b", quorumPort: 2889, electionPort: 3889 },
      ],
      role: "observer",
      client: "",
    },
  ]);
});

test("what has another form is left out", () => {
  expect(serversOf("")).toEqual([]);
  expect(serversOf("server.1=a\nserver.x=a:1:2:participant\nserver.1=a:1:2:leader")).toEqual([]);
  expect(serversOf("server.1=a:1:participant")).toEqual([
    { sid: "1", ways: [], role: "participant", client: "" },
  ]);
});
