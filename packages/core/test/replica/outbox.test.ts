import { describe, expect, test } from "vitest";
import { appendRun, majorityOf, Outbox, type Effect, type SnapshotMeta } from "../../src/index.ts";

type Words = string;

const encode = (hardState: number): Uint8Array => new Uint8Array([hardState]);
const NOOP = { kind: "noop" as const, data: new Uint8Array(0) };
const run = appendRun([NOOP], { first: 1, term: 1, time: 0 });
const meta: SnapshotMeta = {
  position: { term: 1, index: 9 },
  configuration: majorityOf([{ id: "a", addresses: [] }]),
};

function outbox(): Outbox<Words, number> {
  return new Outbox<Words, number>(encode);
}

/** What is sent, with the ticket that it waits for. */
function sends(effects: readonly Effect<Words>[]): (readonly [Words, number | null])[] {
  return effects.flatMap((e) => (e.kind === "send" ? [[e.message, e.after] as const] : []));
}

describe("what waits for what", () => {
  test("nothing waits when nothing is written", () => {
    const box = outbox();
    box.send("b", "free");
    box.promise("b", "promise");
    expect(sends(box.take())).toEqual([
      ["free", null],
      ["promise", null],
    ]);
  });

  test("a promise waits for the turn's writes, other messages do not", () => {
    const box = outbox();
    box.send("b", "append");
    box.promise("b", "acknowledgement");
    const ticket = box.write(null, run);
    expect(sends(box.take())).toEqual([
      ["append", null],
      ["acknowledgement", ticket],
    ]);
  });

  test("a promise waits for the last of the turn's writes, whatever was written after it was made", () => {
    const box = outbox();
    box.write(null, run);
    box.promise("b", "acknowledgement");
    const last = box.write(5, null);
    expect(sends(box.take())).toEqual([["acknowledgement", last]]);
  });

  test("a promise waits for writes of earlier turns that are under way", () => {
    const box = outbox();
    const ticket = box.write(null, run);
    box.take();
    box.promise("b", "acknowledgement");
    expect(sends(box.take())).toEqual([["acknowledgement", ticket]]);
    box.durable(ticket);
    box.promise("b", "acknowledgement");
    expect(sends(box.take())).toEqual([["acknowledgement", null]]);
  });

  test("a promise waits for an installation as for any write", () => {
    const box = outbox();
    const ticket = box.install("h", meta);
    box.promise("b", "acknowledgement");
    box.send("b", "free");
    expect(sends(box.take())).toEqual([
      ["acknowledgement", ticket],
      ["free", null],
    ]);
  });

  test("every message waits for the hard state: nobody may learn of a term that a crash takes back", () => {
    const box = outbox();
    box.saveHardState(7);
    box.send("b", "of the new term");
    const effects = box.take();
    const [persist] = effects;
    expect(persist).toMatchObject({ kind: "persist", run: null, truncateFrom: null });
    const ticket = persist?.kind === "persist" ? persist.ticket : -1;
    expect(sends(effects)).toEqual([["of the new term", ticket]]);
    box.send("b", "later");
    expect(sends(box.take())).toEqual([["later", ticket]]);
    box.durable(ticket);
    box.send("b", "free");
    expect(sends(box.take())).toEqual([["free", null]]);
  });

  test("a message waits for the hard state, not for what is written behind it", () => {
    const box = outbox();
    box.saveHardState(7);
    box.take();
    box.write(null, run);
    box.send("b", "append");
    expect(sends(box.take())).toEqual([["append", 1]]);
  });
});

describe("the hard state", () => {
  test("goes with the turn's first write, and costs no other", () => {
    const box = outbox();
    box.write(null, run);
    box.write(5, null);
    box.saveHardState(7);
    const persists = box.take().filter((effect) => effect.kind === "persist");
    expect(persists).toMatchObject([{ hardState: encode(7) }, { hardState: null }]);
  });

  test("is waited for where it went, not further", () => {
    const box = outbox();
    const first = box.write(null, run);
    box.write(5, null);
    box.saveHardState(7);
    box.send("b", "of the new term");
    expect(sends(box.take())).toEqual([["of the new term", first]]);
  });

  test("is written as it is at the end of the turn", () => {
    const box = outbox();
    box.saveHardState(7);
    box.saveHardState(8);
    expect(box.take()).toMatchObject([{ kind: "persist", hardState: encode(8) }]);
    expect(box.take()).toEqual([]);
  });

  test("gets a write of its own behind an installation, which carries none", () => {
    const box = outbox();
    const installation = box.install("h", meta);
    box.saveHardState(7);
    const effects = box.take();
    expect(effects).toMatchObject([
      { kind: "installSnapshot", ticket: installation },
      { kind: "persist", hardState: encode(7) },
    ]);
  });

  test("is durable once its own write is", () => {
    const box = outbox();
    expect(box.hardStateIsDurable).toBe(true);
    box.saveHardState(7);
    expect(box.hardStateIsDurable).toBe(false); // not even asked for yet
    box.take();
    const behind = box.write(null, run);
    box.take();
    expect(box.hardStateIsDurable).toBe(false);
    box.durable(1);
    expect(box.hardStateIsDurable).toBe(true);
    expect(box.everythingIsDurable).toBe(false);
    box.durable(behind);
    expect(box.everythingIsDurable).toBe(true);
  });
});

describe("everything is durable", () => {
  test("at the beginning, and not while something is written or about to be", () => {
    const box = outbox();
    expect(box.everythingIsDurable).toBe(true);
    const ticket = box.write(null, run);
    expect(box.everythingIsDurable).toBe(false);
    box.take();
    expect(box.everythingIsDurable).toBe(false);
    box.durable(ticket);
    expect(box.everythingIsDurable).toBe(true);
    box.saveHardState(1);
    expect(box.everythingIsDurable).toBe(false);
  });
});

test("effects are honoured in this order: storage, the plain ones, messages, applying", () => {
  const box = outbox();
  box.apply({ kind: "apply", entries: run.entries });
  box.send("b", "words");
  box.emit({ kind: "trimLog", through: 3 });
  box.write(null, run);
  box.install("h", meta);
  expect(box.take().map((effect) => effect.kind)).toEqual([
    "persist",
    "installSnapshot",
    "trimLog",
    "send",
    "apply",
  ]);
  expect(box.take()).toEqual([]);
});

test("tickets ascend, over writes and installations", () => {
  const box = outbox();
  expect([box.write(null, run), box.install("h", meta), box.write(null, null)]).toEqual([1, 2, 3]);
});
