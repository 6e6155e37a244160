import { expect, test } from "vitest";
import { WriteQueue } from "../../src/driver/write-queue.ts";
import {
  appendRun,
  QuorateError,
  type LogStore,
  type Persist,
  type StorageOutcome,
} from "../../src/index.ts";

/** A log store whose answers the test gives by hand, in order. */
class ManualLog implements LogStore {
  readonly asked: number[] = [];
  readonly requests: Persist[] = [];
  readonly #waiting: ((outcome: StorageOutcome) => void)[] = [];

  write(request: Persist, done: (outcome: StorageOutcome) => void): void {
    this.asked.push(request.ticket);
    this.requests.push(request);
    this.#waiting.push(done);
  }

  answer(outcome: StorageOutcome): void {
    this.#waiting.shift()?.(outcome);
  }

  read(): void {}
  trim(): void {}
  reset(): void {}
  close(): void {}
}

const FULL = new QuorateError("ERR_STORAGE_FULL", "no space");

function setup(): { log: ManualLog; told: string[]; queue: WriteQueue } {
  const log = new ManualLog();
  const told: string[] = [];
  const queue = new WriteQueue(
    log,
    {
      durable: (ticket) => told.push(`durable ${ticket}`),
      full: () => told.push("full"),
      available: () => told.push("available"),
      stalled: () => told.push("stalled"),
      failed: (error) => told.push(error.code),
    },
    100,
  );
  return { log, told, queue };
}

function persist(ticket: number): Persist {
  return { kind: "persist", ticket, hardState: null, truncateFrom: null, run: null };
}

test("writes are handed out at once and reported in order", () => {
  const { log, told, queue } = setup();
  queue.write(persist(1), 0);
  queue.write(persist(2), 0);
  expect(log.asked).toEqual([1, 2]);
  expect(queue.idle).toBe(false);
  log.answer(null);
  log.answer(null);
  expect(told).toEqual(["durable 1", "durable 2"]);
  expect(queue.idle).toBe(true);
});

test("after a full disk writes are asked again in the order of their tickets", () => {
  const { log, told, queue } = setup();
  queue.write(persist(1), 0);
  queue.write(persist(2), 0);
  log.answer(FULL);
  queue.write(persist(3), 0); // made while 2 is still being refused
  log.answer(FULL);
  expect(told).toEqual(["full"]);
  queue.tick(10); // a probe, refused
  log.answer(FULL);
  queue.tick(20); // a probe, taken
  log.answer(null);
  expect(log.asked).toEqual([1, 2, 1, 1, 2, 3]);
  log.answer(null);
  log.answer(null);
  expect(told).toEqual(["full", "available", "durable 1", "durable 2", "durable 3"]);
});

test("nothing overtakes a probe", () => {
  const { log, queue } = setup();
  queue.write(persist(1), 0);
  log.answer(FULL);
  queue.tick(10);
  queue.write(persist(2), 10);
  expect(log.asked).toEqual([1, 1]);
});

test("a disk that does not answer is reported once, and again when it does", () => {
  const { log, told, queue } = setup();
  queue.write(persist(1), 0);
  queue.tick(100);
  queue.tick(101);
  queue.tick(200);
  expect(told).toEqual(["stalled"]);
  log.answer(null);
  expect(told).toEqual(["stalled", "available", "durable 1"]);
});

test("any other failure is final", () => {
  const { log, told, queue } = setup();
  queue.write(persist(1), 0);
  log.answer(new QuorateError("ERR_STORAGE_FAILED", "EIO"));
  expect(told).toEqual(["ERR_STORAGE_FAILED"]);
});

// Found by simulation (seed 303): the entries were written behind the snapshot that replaced them.
test("what a full disk refused before a snapshot took the log's place loses its entries, not its votes", () => {
  const { log, queue } = setup();
  const run = appendRun([{ kind: "noop", data: new Uint8Array(0) }], {
    first: 5,
    term: 1,
    time: 0,
  });
  const hardState = new Uint8Array([1]);
  queue.write({ ...persist(1), run, truncateFrom: 5, hardState }, 0);
  log.answer(FULL);
  queue.logReplaced(2);
  queue.write({ ...persist(3), run }, 0);
  queue.tick(10);
  log.answer(null);
  expect(log.requests.slice(1)).toMatchObject([
    { ticket: 1, run: null, truncateFrom: null, hardState },
    { ticket: 3, run },
  ]);
});
