import { assert } from "../../assert.ts";
import { appendRun, type Entry } from "../../entry.ts";
import { QuorateError } from "../../errors.ts";
import type { Index } from "../../ids.ts";
import type { PinnedView, SnapshotSink, StateMachine } from "../../ports/state-machine.ts";
import { Prng } from "../../prng.ts";
import { expectEqual, type SuiteTest } from "./suite-test.ts";

/** How the suite makes a state machine and gives it something to do. */
export interface StateMachineKit<Result> {
  create(): StateMachine<Result>;
  /** A command that changes something; commands should differ and now and then touch the same thing. */
  command(prng: Prng): Uint8Array;
}

/**
 * What every {@link StateMachine} must do: same commands, same results, same snapshots, whatever the
 * batches and chunks they come in.
 */
export function stateMachineSuite<Result>(test: SuiteTest, kit: StateMachineKit<Result>): void {
  const before = entriesFrom(kit, 1, 60);
  const after = entriesFrom(kit, 61, 40);

  test("calls back once per entry, in order", async () => {
    const called: Index[] = [];
    kit.create().apply(before, (entry) => called.push(entry.index));
    expectEqual(
      called,
      before.map((entry) => entry.index),
      "the entries called back",
    );
  });

  test("gives the same results and the same snapshot in batches of any size", async () => {
    const whole = kit.create();
    const single = kit.create();
    const expected = apply(whole, before);
    const found = before.flatMap((entry) => apply(single, [entry]));
    expectEqual(found, expected, "the results one by one");
    expectEqual(snapshot(single, 64), snapshot(whole, 64), "the snapshot");
  });

  test("does nothing for an empty batch", async () => {
    const machine = machineAfter(kit, before);
    const expected = snapshot(machine, 64);
    expectEqual(apply(machine, []), [], "the results");
    expectEqual(snapshot(machine, 64), expected, "the snapshot");
  });

  test("pins a view that later commands do not change", async () => {
    const machine = machineAfter(kit, before);
    const expected = snapshot(machine, 64);
    const view = machine.pin();
    const first = view.read(1);
    apply(machine, after);
    expectEqual(concat([...(first === null ? [] : [first]), ...rest(view, 64)]), expected, "it");
    view.release();
  });

  test("pins several views at a time", async () => {
    const machine = machineAfter(kit, before);
    const old = machine.pin();
    apply(machine, after);
    const young = machine.pin();
    const [oldBytes, youngBytes] = [concat(rest(old, 7)), concat(rest(young, 1000))];
    old.release();
    young.release();
    expectEqual(oldBytes, snapshot(machineAfter(kit, before), 64), "the older");
    expectEqual(youngBytes, snapshot(machine, 64), "the younger");
    assert(!sameBytes(oldBytes, youngBytes), "the snapshot holds what the commands changed");
  });

  test("gives the same snapshot in chunks of any size", async () => {
    const machine = machineAfter(kit, before);
    const expected = snapshot(machine, 1_000_000);
    for (const size of [1, 7, 64, 4096]) {
      expectEqual(snapshot(machine, size), expected, `in chunks of about ${size} bytes`);
    }
  });

  test("goes on from a restored snapshot as if nothing had happened", async () => {
    const origin = machineAfter(kit, before);
    const bytes = snapshot(origin, 64);
    for (const size of [1, 13, 1_000_000]) {
      const restored = kit.create();
      restore(restored, bytes, size).finish();
      expectEqual(snapshot(restored, 64), bytes, `the snapshot of what took chunks of ${size}`);
    }
    const restored = kit.create();
    restore(restored, bytes, 64).finish();
    expectEqual(apply(restored, after), apply(origin, after), "the results afterwards");
    expectEqual(snapshot(restored, 64), snapshot(origin, 64), "the snapshot afterwards");
  });

  test("forgets what it held when a snapshot replaces it", async () => {
    const bytes = snapshot(kit.create(), 64);
    const machine = machineAfter(kit, before);
    restore(machine, bytes, 64).finish();
    expectEqual(snapshot(machine, 64), bytes, "the snapshot of the replaced state");
    expectEqual(apply(machine, before), apply(kit.create(), before), "the results");
  });

  test("keeps the old state until a restore finishes, and when it is aborted", async () => {
    const bytes = snapshot(machineAfter(kit, [...before, ...after]), 64);
    const machine = machineAfter(kit, before);
    const expected = snapshot(machine, 64);
    const sink = restore(machine, bytes, 16);
    expectEqual(snapshot(machine, 64), expected, "the state while it is being replaced");
    sink.abort();
    expectEqual(snapshot(machine, 64), expected, "the state after the abort");
    expectEqual(apply(machine, after), apply(machineAfter(kit, before), after), "the results");
  });

  test("refuses a snapshot that is cut off, and keeps the old state", async () => {
    const bytes = snapshot(machineAfter(kit, [...before, ...after]), 64);
    const machine = machineAfter(kit, before);
    const expected = snapshot(machine, 64);
    for (const size of [0, 1, bytes.length >> 1, bytes.length - 1]) {
      expectEqual(refusal(machine, bytes.subarray(0, size)), "ERR_MALFORMED", `${size} bytes`);
      expectEqual(snapshot(machine, 64), expected, "the state afterwards");
    }
  });
}

function entriesFrom<Result>(
  kit: StateMachineKit<Result>,
  first: Index,
  count: number,
): readonly Entry[] {
  const prng = new Prng(first);
  const drafts = Array.from({ length: count }, () => {
    return { kind: "command" as const, data: kit.command(prng) };
  });
  return appendRun(drafts, { first, term: 1, time: 1_700_000_000_000 + first }).entries;
}

function apply<Result>(machine: StateMachine<Result>, entries: readonly Entry[]): Result[] {
  const results: Result[] = [];
  machine.apply(entries, (_entry, result) => results.push(result));
  return results;
}

function machineAfter<Result>(
  kit: StateMachineKit<Result>,
  entries: readonly Entry[],
): StateMachine<Result> {
  const machine = kit.create();
  apply(machine, entries);
  return machine;
}

function snapshot(machine: StateMachine<unknown>, chunkBytes: number): Uint8Array {
  const view = machine.pin();
  const bytes = concat(rest(view, chunkBytes));
  view.release();
  return bytes;
}

function rest(view: PinnedView, chunkBytes: number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let chunk = view.read(chunkBytes); chunk !== null; chunk = view.read(chunkBytes)) {
    assert(chunk.length > 0, "a chunk that is not the end holds something");
    chunks.push(chunk.slice());
  }
  return chunks;
}

function restore(machine: StateMachine<unknown>, bytes: Uint8Array, size: number): SnapshotSink {
  const sink = machine.restore();
  for (let at = 0; at < bytes.length; at += size) sink.write(bytes.slice(at, at + size));
  return sink;
}

function refusal(machine: StateMachine<unknown>, bytes: Uint8Array): string {
  const sink = machine.restore();
  try {
    sink.write(bytes);
    sink.finish();
    return "taken";
  } catch (thrown) {
    sink.abort();
    return thrown instanceof QuorateError ? thrown.code : String(thrown);
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
