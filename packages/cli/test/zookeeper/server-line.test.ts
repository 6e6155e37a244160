import { expect, test } from "vitest";
import { parseServerLine, type ServerLine } from "../../src/zookeeper/server-line.ts";

function way(host: string, quorumPort = 2888, electionPort = 3888): object {
  return { host, quorumPort, electionPort };
}

const READ: readonly (readonly [string, Partial<ServerLine> | object])[] = [
  ["zoo1:2888:3888", { addresses: [way("zoo1")], role: "participant", client: null }],
  ["zoo1:2888:3888:observer", { addresses: [way("zoo1")], role: "observer" }],
  ["zoo1:2888:3888:Participant", { role: "participant" }],
  ["zoo1:2888:3888;2181", { client: { host: "0.0.0.0", port: 2181 } }],
  ["zoo1:2888:3888;", { client: null }],
  [
    "zoo1:2888:3888:observer;10.0.0.1:2181",
    { role: "observer", client: { host: "10.0.0.1", port: 2181 } },
  ],
  [
    "[2001:db8::1]:2888:3888;[::1]:2181",
    { addresses: [way("2001:db8::1")], client: { host: "::1", port: 2181 } },
  ],
  ["zoo_1.example:1:65535", { addresses: [way("zoo_1.example", 1, 65_535)] }],
  [
    "a:2888:3888|b:2889:3889:observer",
    { addresses: [way("a"), way("b", 2889, 3889)], role: "observer" },
  ],
];

test.each(READ)("%s", (text, expected) => {
  expect(parseServerLine(text)).toMatchObject(expected);
});

const FORM = "write host:2888:3888, with :observer behind it for one without a vote";

test.each([
  ["", `"" lacks its two ports: ${FORM}`],
  ["zoo1", `"zoo1" lacks its two ports: ${FORM}`],
  ["zoo1:2888", `"zoo1:2888" lacks the election port: ${FORM}`],
  ["zoo1:2888:3888|", `"" lacks its two ports: ${FORM}`],
  [":2888:3888", `":2888:3888": the host is missing: ${FORM}`],
  ["zoo 1:2888:3888", `"zoo 1:2888:3888": "zoo 1" is not a host: ${FORM}`],
  ["[zz::]:2888:3888", `"[zz::]:2888:3888": "zz::" is not an IPv6 address: ${FORM}`],
  [
    "::1:2888:3888",
    `"::1:2888:3888" has too many colons: ${FORM}, and an IPv6 address in brackets`,
  ],
  ["zoo1:0:3888", '"zoo1:0:3888": "0" is not a port: write a number from 1 to 65535'],
  ["zoo1:2888:65536", '"zoo1:2888:65536": "65536" is not a port: write a number from 1 to 65535'],
  ["zoo1:-1:3888", '"zoo1:-1:3888": "-1" is not a port: write a number from 1 to 65535'],
  [
    "zoo1:2888:3888:leader",
    '"zoo1:2888:3888:leader": "leader" is not one of participant, observer',
  ],
  ["zoo1:2888:3888;x:y", '"x:y": "y" is not a port: write a number from 1 to 65535'],
  ["zoo1:2888:3888;x", '"x" has no port: write host:port'],
  ["zoo1:2888:3888;1;2", `"zoo1:2888:3888;1;2" has more than one ";": ${FORM}`],
  [
    "a:1:2:observer|b:1:2:participant",
    '"a:1:2:observer|b:1:2:participant" is both participant and observer: give all its addresses one role',
  ],
])("refused: %s", (text, problem) => {
  expect(parseServerLine(text)).toEqual({ problem });
});
