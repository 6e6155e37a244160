import { beforeEach, expect, test } from "vitest";
import { majorityOf } from "../../../src/configuration.ts";
import type { GroupView } from "../../../src/protocol.ts";
import { RegisterNames } from "../../../src/testing/script/register-names.ts";
import { Transcript } from "../../../src/testing/script/transcript.ts";

let now: number;
let transcript: Transcript<string>;

beforeEach(() => {
  now = 0;
  const words = {
    term: "term",
    message: (message: string) => message,
    isHeartbeat: (message: string) => message === "beat",
    hardState: () => "",
    trace: () => null,
    member: () => "",
  };
  transcript = new Transcript(words, new RegisterNames(), () => now);
  for (const id of IDS) {
    transcript.started(id, newborn(id));
    for (const peer of IDS) transcript.stepped(id, { kind: "linkUp", peer, incarnation: 1 });
  }
  transcript.begin(new Set(["messages"]));
});

const IDS = ["a", "b", "c"];

function newborn(self: string): GroupView {
  const configuration = majorityOf(IDS.map((id) => ({ id, addresses: [] })));
  return {
    self,
    role: "follower",
    isLeader: false,
    leader: null,
    term: 0,
    ready: false,
    commit: 0,
    applied: 0,
    first: 1,
    last: 0,
    configurations: { committed: configuration, latest: configuration },
    progress: new Map(),
    details: {},
  };
}

test("what leaves for several at one moment is one line", () => {
  transcript.sent("a", "b", "hello");
  transcript.sent("a", "c", "hello");
  now = 1;
  transcript.sent("a", "b", "hello");
  transcript.sent("b", "a", "hello");
  expect(transcript.end()).toEqual(["a -> b c hello", "a -> b hello", "b -> a hello"]);
});

test("nobody's messages change their order by that", () => {
  transcript.sent("a", "b", "one");
  transcript.sent("a", "b", "two");
  transcript.sent("a", "c", "two");
  transcript.sent("a", "c", "one");
  expect(transcript.end()).toEqual(["a -> b one", "a -> b c two", "a -> c one"]);
});

test("what one is told twice in a row is shown once", () => {
  transcript.sent("a", "b", "one");
  transcript.sent("a", "b", "one");
  transcript.sent("a", "b", "two");
  transcript.sent("a", "b", "one");
  expect(transcript.end()).toEqual(["a -> b one", "a -> b two", "a -> b one"]);
});

test("heartbeats, and what leaves without a link, are left out", () => {
  transcript.sent("a", "b", "beat");
  transcript.stepped("a", { kind: "linkDown", peer: "b" });
  transcript.sent("a", "b", "hello");
  expect(transcript.end()).toEqual([]);
  expect(transcript.hasSent("a", "beat", "b")).toBe(true);
  expect(transcript.hasSent("a", "hello", null)).toBe(false);
});

test("every command begins anew", () => {
  transcript.sent("a", "b", "hello");
  transcript.end();
  transcript.begin("quiet");
  transcript.sent("a", "b", "hello again");
  expect(transcript.end()).toEqual([]);
  expect(transcript.hasSent("a", "hello", null)).toBe(true);
  transcript.begin(new Set(["messages", "times"]));
  now = 7.4;
  transcript.sent("a", "c", "hello");
  expect(transcript.end()).toEqual(["     7 ms  a -> c hello"]);
});
