import { QuorateError } from "@quorate/core";
import { describe, expect, test } from "vitest";
import { requestTimeoutMillis, RequestService } from "../../src/service/request-service.ts";
import { FakeLog } from "./fake-log.ts";

const ELECTION_MILLIS = 1000;
const TIMEOUT_MILLIS = requestTimeoutMillis(ELECTION_MILLIS);

function setUp(limits: { requestsMax?: number; bytesMax?: number } = {}) {
  const log = new FakeLog<string>();
  const clock = { now: 0 };
  const service = new RequestService<string>({
    log,
    now: () => clock.now,
    electionMillis: ELECTION_MILLIS,
    limits,
  });
  const answers: unknown[] = [];
  const propose = (bytes = 1): void =>
    service.propose(new Uint8Array(bytes), (outcome) => answers.push(outcome));
  return { log, clock, service, answers, propose };
}

test("the timeout is etcd's: five seconds and two elections", () => {
  expect(TIMEOUT_MILLIS).toBe(7000);
});

describe("proposals", () => {
  test("are answered by what the log says", () => {
    const { log, answers, propose, service } = setUp();
    propose();
    expect(service.pending).toBe(1);
    log.proposed[0]?.done({ kind: "done", result: "ok", index: 7 });
    expect(answers).toEqual([{ kind: "done", result: "ok", index: 7 }]);
    expect(service.pending).toBe(0);
  });

  test("fail as the log says", () => {
    const { log, answers, propose } = setUp();
    propose();
    const error = new QuorateError("ERR_LEADER_CHANGED", "moved");
    log.proposed[0]?.done({ kind: "failed", error });
    expect(answers).toEqual([{ kind: "refused", error }]);
  });

  test("that nobody answers time out, the oldest first, and a late answer is dropped", () => {
    const { log, clock, answers, propose, service } = setUp();
    propose();
    clock.now = 10;
    propose();
    clock.now = TIMEOUT_MILLIS;
    service.tick();
    expect(answers).toEqual([]);
    clock.now = TIMEOUT_MILLIS + 1;
    service.tick();
    expect(answers).toEqual([{ kind: "timedOut", leaderFailed: false }]);
    expect(service.pending).toBe(1);
    log.proposed[0]?.done({ kind: "done", result: "late", index: 1 });
    expect(answers).toHaveLength(1);
    log.proposed[1]?.done({ kind: "done", result: "in time", index: 2 });
    expect(answers[1]).toEqual({ kind: "done", result: "in time", index: 2 });
    expect(service.pending).toBe(0);
  });

  test("made shortly before a new leader was elected are said to have died with the old one", () => {
    const { log, clock, answers, propose, service } = setUp();
    clock.now = 10_000;
    propose();
    clock.now = 11_000;
    log.become({ leader: null });
    log.become({ leader: "b2" });
    clock.now = 18_000;
    service.tick();
    expect(answers).toEqual([{ kind: "timedOut", leaderFailed: true }]);
  });

  test("are not said so while nobody leads", () => {
    const { log, clock, answers, propose, service } = setUp();
    clock.now = 10_000;
    propose();
    clock.now = 11_000;
    log.become({ leader: null });
    clock.now = 18_000;
    service.tick();
    expect(answers).toEqual([{ kind: "timedOut", leaderFailed: false }]);
  });

  test("made long before the election are not", () => {
    const { log, clock, answers, propose, service } = setUp();
    clock.now = 10_000;
    propose();
    clock.now = 12_000;
    log.become({ leader: "b2" });
    clock.now = 18_000;
    service.tick();
    expect(answers).toEqual([{ kind: "timedOut", leaderFailed: false }]);
  });
});

describe("what is under way is bounded", () => {
  test("in requests", () => {
    const { answers, propose, log } = setUp({ requestsMax: 2 });
    propose();
    propose();
    propose();
    expect(answers).toEqual([{ kind: "overloaded" }]);
    log.proposed[0]?.done({ kind: "done", result: "ok", index: 1 });
    propose();
    expect(answers).toHaveLength(2);
    expect(log.proposed).toHaveLength(3);
  });

  test("but for what is the member's own", () => {
    const { service, answers, propose, log } = setUp({ requestsMax: 1, bytesMax: 1 });
    propose();
    service.propose(new Uint8Array(5), (outcome) => answers.push(outcome), { own: true });
    expect([answers, log.proposed.length]).toEqual([[], 2]);
  });

  test("in bytes", () => {
    const { answers, propose, log } = setUp({ bytesMax: 100 });
    propose(60);
    propose(60);
    expect(answers).toEqual([{ kind: "overloaded" }]);
    propose(40);
    expect(log.proposed).toHaveLength(2);
  });
});

test("a linearizable read is answered once, in time or not at all", () => {
  const { log, clock, service } = setUp();
  const answers: unknown[] = [];
  service.readLinearizable((failure) => answers.push(failure));
  service.readLinearizable((failure) => answers.push(failure));
  log.reads[0]?.(null);
  expect(answers).toEqual([null]);
  clock.now = TIMEOUT_MILLIS + 1;
  service.tick();
  log.reads[1]?.(null);
  expect(answers).toEqual([null, { kind: "timedOut", leaderFailed: false }]);
});

test("a stopped service no longer looks at the log", () => {
  const { log, clock, answers, propose, service } = setUp();
  clock.now = 10_000;
  propose();
  service.stop();
  clock.now = 11_000;
  log.become({ leader: "b2" });
  clock.now = 18_000;
  service.tick();
  expect(answers).toEqual([{ kind: "timedOut", leaderFailed: false }]);
});

describe("what is counted", () => {
  test("is what waits and what failed, of proposals and reads apart", () => {
    const { log, clock, propose, service } = setUp({ requestsMax: 3 });
    const read = (): void => service.readLinearizable(() => {});
    const counts = (): readonly number[] => [
      service.proposals.pending,
      service.proposals.failed,
      service.reads.pending,
      service.reads.failed,
    ];
    const error = new QuorateError("ERR_NO_LEADER", "nobody");
    propose();
    propose();
    read();
    expect(counts()).toEqual([2, 0, 1, 0]);
    // What is not even tried did not fail.
    propose();
    read();
    expect(counts()).toEqual([2, 0, 1, 0]);
    log.proposed[0]?.done({ kind: "done", result: "ok", index: 1 });
    log.proposed[1]?.done({ kind: "failed", error });
    log.reads[0]?.(null);
    expect(counts()).toEqual([0, 1, 0, 0]);
    read();
    log.reads[1]?.(error);
    propose();
    read();
    expect(counts()).toEqual([1, 1, 1, 1]);
    clock.now = TIMEOUT_MILLIS + 1;
    service.tick();
    log.proposed[2]?.done({ kind: "done", result: "late", index: 2 });
    log.reads[2]?.(error);
    expect(counts()).toEqual([0, 2, 0, 2]);
  });
});
