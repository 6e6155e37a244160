import { Prng, QuorateError } from "@quorate/core";
import { describe, expect, test } from "vitest";
import {
  encodeCommand,
  EtcdStateMachine,
  range as read,
  type Command,
} from "../../../src/etcd/apply/index.ts";
import { encodeMemberAttributes, type Compare } from "../../../src/etcd/codec/index.ts";
import { changesOf, hashOf } from "../store/inspect.ts";
import {
  apply,
  applyBytes,
  bytesOf,
  commandBytes,
  compact,
  compare,
  del,
  entryOf,
  machineWith,
  put,
  range,
  textOf,
  txn,
} from "./commands.ts";

const refused = (refusal: string): unknown => ({ kind: "refused", refusal });
const everything = (machine: EtcdStateMachine, revision = machine.store.revision): string[] =>
  read(machine.store, range("\0", { rangeEnd: bytesOf("\0") }), revision).kvs.map(
    (kv) => `${kv.key}=${textOf(kv.value)}`,
  );

describe("a put", () => {
  test("moves the revision, and tells the key's former state when asked", () => {
    const machine = new EtcdStateMachine();
    expect(apply(machine, put("a", "1", { prevKv: true }))).toEqual({
      kind: "done",
      response: { kind: "put", prevKv: null },
      revision: 2,
    });
    expect(apply(machine, put("a", "2", { prevKv: true }))).toMatchObject({
      response: { prevKv: { create: 2, mod: 2, count: 1, value: bytesOf("1") } },
      revision: 3,
    });
  });

  test("can keep the value", () => {
    const machine = machineWith(["a", "1"]);
    expect(apply(machine, put("a", "", { ignoreValue: true }))).toMatchObject({ revision: 3 });
    expect(everything(machine)).toEqual(["a=1"]);
  });

  test.each([
    ["ignoreValue on a key that is not there", put("b", "", { ignoreValue: true }), "keyNotFound"],
    ["ignoreLease on a key that is not there", put("b", "1", { ignoreLease: true }), "keyNotFound"],
    ["a lease, of which there are none", put("a", "2", { lease: 7n }), "leaseNotFound"],
  ])("refuses %s, and changes nothing", (_, command, refusal) => {
    const machine = machineWith(["a", "1"]);
    const before = hashOf(machine.store, 2);
    expect(apply(machine, command)).toEqual(refused(refusal));
    expect(machine.store.revision).toBe(2);
    expect(hashOf(machine.store, 2)).toBe(before);
  });

  test("does not hold on to the batch that it came in", () => {
    const machine = new EtcdStateMachine();
    const command = commandBytes(put("a", "value"));
    const batch = new Uint8Array(1 << 20);
    batch.set(command, 5000);
    applyBytes(machine, batch.subarray(5000, 5000 + command.length));
    batch.fill(0);
    const kept = machine.store.get("a", 2);
    expect(textOf(kept?.value ?? batch)).toBe("value");
    expect(kept?.value.buffer.byteLength).toBeLessThan(batch.length);
  });
});

describe("a deletion", () => {
  test("of nothing makes no revision", () => {
    const machine = machineWith(["a", "1"]);
    expect(apply(machine, del("b"))).toEqual({
      kind: "done",
      response: { kind: "deleteRange", deleted: 0, prevKvs: [] },
      revision: 2,
    });
  });

  test("of a range is one revision, and tells what was there in the order of the keys", () => {
    const machine = machineWith(["b", "2"], ["a", "1"], ["c", "3"]);
    const result = apply(machine, del("a", "c", true));
    expect(result).toMatchObject({ revision: 5, response: { deleted: 2 } });
    expect(result).toHaveProperty("response.prevKvs[0].key", "a");
    expect(result).toHaveProperty("response.prevKvs[1].key", "b");
    expect(everything(machine)).toEqual(["c=3"]);
  });
});

describe("a transaction", () => {
  test("runs the branch that its comparisons choose", () => {
    const machine = machineWith(["a", "1"]);
    const isOne = compare("a", { kind: "value", value: bytesOf("1") });
    const request = txn([put("a", "2")], [range("a")], [isOne]);
    expect(apply(machine, request)).toMatchObject({ response: { succeeded: true }, revision: 3 });
    expect(apply(machine, request)).toMatchObject({
      response: { succeeded: false, responses: [{ kind: "range", count: 1 }] },
      revision: 3,
    });
  });

  test("sees in its reads what it did before", () => {
    const machine = machineWith(["a", "1"]);
    const all = range("\0", { rangeEnd: bytesOf("\0"), countOnly: true });
    const request = txn([all, put("b", "1"), all, del("a"), all, range("a", { revision: 2 })]);
    const result = apply(machine, request);
    expect(result).toMatchObject({ revision: 3 });
    expect(result).toHaveProperty("response.responses[0].count", 1);
    expect(result).toHaveProperty("response.responses[2].count", 2);
    expect(result).toHaveProperty("response.responses[4].count", 1);
    expect(result).toHaveProperty("response.responses[5].count", 1);
    expect(changesOf(machine.store).filter(({ mod }) => mod === 3)).toHaveLength(2);
  });

  test("decides nested comparisons before its first write, as etcd does", () => {
    const machine = new EtcdStateMachine();
    const isThere = compare("n", { kind: "version", number: 0 }, "greater");
    expect(apply(machine, txn([put("n", "1"), txn([], [], [isThere])]))).toMatchObject({
      response: { responses: [{ kind: "put" }, { kind: "txn", succeeded: false }] },
    });
  });

  test.each([
    ["a lease that is not there", put("z", "", { lease: 5n }), "leaseNotFound"],
    ["a key that is not there", put("z", "", { ignoreValue: true }), "keyNotFound"],
    ["a revision to come", range("a", { revision: 99 }), "futureRevision"],
    ["a revision that is gone", range("a", { revision: 2 }), "compacted"],
    ["any of them further inside", txn([range("a", { revision: 99 })]), "futureRevision"],
  ])("that asks for %s at its end has written nothing", (_, last, refusal) => {
    const machine = machineWith(["a", "1"], ["a", "2"]);
    apply(machine, compact(3));
    const before = hashOf(machine.store, 3);
    expect(apply(machine, txn([put("b", "1"), del("a"), last]))).toEqual(refused(refusal));
    expect(machine.store.revision).toBe(3);
    expect(hashOf(machine.store, 3)).toBe(before);
  });

  test("is not refused for what stands in the other branch", () => {
    const machine = machineWith(["a", "1"]);
    const never = compare("a", { kind: "version", number: 9 });
    const result = apply(machine, txn([put("z", "", { lease: 5n })], [put("b", "1")], [never]));
    expect(result).toMatchObject({ kind: "done", revision: 3 });
  });
});

describe("comparisons", () => {
  // a: created at 2, changed at 3, version 2, value "m".
  const machine = machineWith(["a", "l"], ["a", "m"], ["b", "m"]);
  const value = (text: string): Compare["target"] => ({ kind: "value", value: bytesOf(text) });
  const number = (kind: "version" | "create" | "mod", n: number): Compare["target"] => ({
    kind,
    number: n,
  });

  test.each<[string, Compare, boolean]>([
    ["version equal", compare("a", number("version", 2)), true],
    ["version not equal", compare("a", number("version", 2), "notEqual"), false],
    ["create less", compare("a", number("create", 3), "less"), true],
    ["create greater", compare("a", number("create", 2), "greater"), false],
    ["mod greater", compare("a", number("mod", 2), "greater"), true],
    ["value less", compare("a", value("n"), "less"), true],
    ["value less, by bytes: the shorter first", compare("a", value("m\0"), "less"), true],
    ["value equal", compare("a", value("l")), false],
    ["lease equal to none", compare("a", { kind: "lease", lease: 0n }), true],
    ["of a missing key: version 0", compare("x", number("version", 0)), true],
    ["of a missing key: mod not above 0", compare("x", number("mod", 0), "greater"), false],
    ["of a missing key's value: never equal", compare("x", value("")), false],
    [
      "of a missing key's value: never different either",
      compare("x", value("m"), "notEqual"),
      false,
    ],
    ["of a range, all satisfy", compare("a", value("m"), "equal", "c"), true],
    ["of a range, one does not", compare("a", number("version", 2), "equal", "c"), false],
    ["of an empty range: version 0", compare("x", number("version", 0), "equal", "z"), true],
  ])("%s", (_, condition, expected) => {
    expect(apply(machine, txn([], [], [condition]))).toMatchObject({
      response: { succeeded: expected },
    });
  });
});

describe("a compaction", () => {
  test.each([
    [3, null],
    [1, null],
    [4, "futureRevision"],
  ])("to %i", (revision, refusal) => {
    const machine = machineWith(["a", "1"], ["b", "1"]);
    const result = apply(machine, compact(revision));
    expect(result).toEqual(
      refusal === null
        ? { kind: "done", response: { kind: "compact" }, revision: 3 }
        : refused(refusal),
    );
  });

  test("is refused where history is gone already", () => {
    const machine = machineWith(["a", "1"], ["b", "1"]);
    apply(machine, compact(3));
    expect(apply(machine, compact(3))).toEqual(refused("compacted"));
    expect(apply(machine, compact(2))).toEqual(refused("compacted"));
  });
});

describe("announcements of members", () => {
  test("are kept by id; the last one counts", () => {
    const machine = new EtcdStateMachine();
    const announce = (name: string): unknown =>
      applyBytes(
        machine,
        encodeCommand(
          "memberAttributes",
          encodeMemberAttributes({ id: "8e9e", name, clientUrls: ["http://x"] }),
        ),
      );
    announce("one");
    announce("two");
    announce("two");
    expect([...machine.members.keys()]).toEqual(["8e9e"]);
    expect(machine.members.get("8e9e")).toMatchObject({ name: "two", clientUrls: ["http://x"] });
    expect(machine.store.revision).toBe(1);
  });
});

test.each([
  ["nothing", new Uint8Array(0)],
  ["an unknown kind", Uint8Array.of(99)],
  ["a put that is cut off", Uint8Array.of(1, 0x0a, 9, 1)],
])("%s in the log is answered, the same everywhere, and changes nothing", (_, data) => {
  const [one, two] = [machineWith(["a", "1"]), machineWith(["a", "1"])];
  expect(applyBytes(one, data)).toMatchObject({ kind: "malformed" });
  expect(applyBytes(two, data)).toEqual(applyBytes(one, data));
  expect(one.store.revision).toBe(2);
});

/** A command that a client could have sent. */
function anyCommand(prng: Prng, machine: EtcdStateMachine): Command {
  const key = (): string => prng.pick(["a", "b", "c", "d", "\u00ff"]);
  switch (prng.below(8)) {
    case 0:
      return del(key(), prng.pick(["", "\0", "c"]), true);
    case 1:
      return compact(prng.between(1, machine.store.revision));
    case 2:
    case 3: {
      const condition = compare(key(), { kind: "version", number: prng.below(3) }, "greater");
      return txn([put("a", "t"), del("b"), range("c")], [put(key(), "f")], [condition]);
    }
    default:
      return put(key(), String(prng.below(1000)), { ignoreValue: prng.chance(0.1), prevKv: true });
  }
}

/** What machines that agree have in common. */
function portrait(machine: EtcdStateMachine): unknown {
  const { store } = machine;
  const { revision, compacted } = store;
  const hash = hashOf(store, revision);
  const past = Array.from({ length: revision - Math.max(compacted, 1) + 1 }, (_, i) =>
    everything(machine, revision - i),
  );
  return { revision, compacted, hash, past, members: [...machine.members] };
}

function snapshotOf(machine: EtcdStateMachine, chunkBytes: number): Uint8Array[] {
  return chunksOf(machine.pin(), chunkBytes);
}

function chunksOf(view: ReturnType<EtcdStateMachine["pin"]>, chunkBytes: number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let chunk = view.read(chunkBytes); chunk !== null; chunk = view.read(chunkBytes))
    chunks.push(chunk);
  view.release();
  return chunks;
}

function restore(machine: EtcdStateMachine, chunks: readonly Uint8Array[]): void {
  const sink = machine.restore();
  for (const chunk of chunks) sink.write(chunk);
  sink.finish();
}

function busyMachine(seed: number, steps: number): EtcdStateMachine {
  const prng = new Prng(seed);
  const machine = new EtcdStateMachine();
  for (let i = 0; i < steps; i++) apply(machine, anyCommand(prng, machine));
  const attributes = { id: "1f", name: "m1", clientUrls: ["http://a", "http://b"] };
  applyBytes(machine, encodeCommand("memberAttributes", encodeMemberAttributes(attributes)));
  return machine;
}

describe("replicas", () => {
  test("that apply the same commands agree, however the commands are batched", () => {
    for (let seed = 0; seed < 20; seed++) {
      const prng = new Prng(seed);
      const one = new EtcdStateMachine();
      const log: Uint8Array[] = [];
      const answers: unknown[] = [];
      for (let i = 0; i < 150; i++) {
        const data = commandBytes(anyCommand(prng, one));
        log.push(data);
        answers.push(applyBytes(one, data));
      }
      const two = new EtcdStateMachine();
      const others: unknown[] = [];
      const order: number[] = [];
      const entries = log.map((data, i) => entryOf(data, i + 1));
      two.apply(entries, (entry, result) => {
        order.push(entry.index);
        others.push(result);
      });
      expect(order).toEqual(entries.map(({ index }) => index));
      expect(others).toEqual(answers);
      expect(portrait(two)).toEqual(portrait(one));
    }
  });

  test("that are restored from a snapshot are the same, and stay so", () => {
    for (let seed = 0; seed < 15; seed++) {
      const one = busyMachine(seed, 120);
      const two = new EtcdStateMachine();
      restore(two, snapshotOf(one, [1, 50, 4096][seed % 3] ?? 1));
      expect(portrait(two)).toEqual(portrait(one));
      const prng = new Prng(1000 + seed);
      for (let i = 0; i < 50; i++) {
        const command = anyCommand(prng, one);
        expect(apply(two, command)).toEqual(apply(one, command));
      }
      expect(portrait(two)).toEqual(portrait(one));
    }
  });
});

describe("a snapshot", () => {
  test("is of the moment of the pin, whatever is applied and compacted while it is read", () => {
    const machine = busyMachine(3, 100);
    const then = portrait(machine);
    const view = machine.pin();
    const first = view.read(100);
    const prng = new Prng(5);
    for (let i = 0; i < 60; i++) apply(machine, anyCommand(prng, machine));
    apply(machine, put("last", "1"));
    apply(machine, compact(machine.store.revision));
    const restored = new EtcdStateMachine();
    restore(restored, [first ?? new Uint8Array(0), ...chunksOf(view, 100)]);
    expect(portrait(restored)).toEqual(then);
    expect(portrait(machine)).not.toEqual(then);
  });

  test("of an empty machine empties another", () => {
    const machine = busyMachine(1, 50);
    restore(machine, snapshotOf(new EtcdStateMachine(), 4096));
    expect(portrait(machine)).toEqual(portrait(new EtcdStateMachine()));
  });

  test("that is cut off, lengthened or damaged anywhere is refused, and the old state stays", () => {
    const [whole] = snapshotOf(busyMachine(2, 12), 1 << 20);
    if (whole === undefined) throw new Error("a snapshot has a chunk");
    const machine = machineWith(["old", "1"]);
    const before = portrait(machine);
    const refuses = (bytes: Uint8Array): void => {
      let error: unknown = null;
      try {
        restore(machine, [bytes]);
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(QuorateError);
      expect(error).toHaveProperty("code", "ERR_MALFORMED");
    };
    for (let length = 0; length < whole.length; length++) refuses(whole.subarray(0, length));
    refuses(Uint8Array.of(...whole, 0));
    for (let at = 0; at < whole.length; at++) {
      const damaged = Uint8Array.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ 0x41;
      refuses(damaged);
    }
    expect(portrait(machine)).toEqual(before);
  });

  test("that is given up changes nothing", () => {
    const machine = machineWith(["old", "1"]);
    const before = portrait(machine);
    const sink = machine.restore();
    for (const chunk of snapshotOf(busyMachine(2, 30), 64)) sink.write(chunk);
    sink.abort();
    expect(portrait(machine)).toEqual(before);
  });
});
