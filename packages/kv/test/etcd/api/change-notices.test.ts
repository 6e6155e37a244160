import { describe, expect, test } from "vitest";
import { ChangeNotices } from "../../../src/etcd/api/change-notices.ts";
import { EtcdStateMachine } from "../../../src/etcd/apply/index.ts";
import { apply, del, put, txn } from "../apply/commands.ts";

function setUp() {
  const machine = new EtcdStateMachine();
  const notices = new ChangeNotices(machine);
  machine.listen({ applied: () => notices.applied(), replaced: () => notices.replaced() });
  const told: string[] = [];
  const tell = (name: string) => (): void => void told.push(name);
  return { machine, notices, told, tell };
}

const B_TO_D = { from: "b", to: "d" };

describe("a notice", () => {
  test("comes of the key or range that changed, and of no other", () => {
    const { machine, notices, told, tell } = setUp();
    notices.onKey("b", tell("b"));
    notices.onKey("d", tell("d"));
    notices.onRange(B_TO_D, tell("b to d"));
    for (const command of [put("a", "1"), put("c", "1"), put("b", "1"), del("b"), put("d", "1")]) {
      apply(machine, command);
    }
    expect(told).toEqual(["b to d", "b", "b to d", "b", "b to d", "d"]);
  });

  test("comes once, however much has changed at once", () => {
    const { machine, notices, told, tell } = setUp();
    notices.onRange(B_TO_D, tell("one"));
    notices.onRange(B_TO_D, tell("other"));
    apply(machine, txn([put("b", "1"), put("c", "1")]));
    expect(told).toEqual(["one", "other"]);
  });

  test("comes no more when it is stopped, and leaves others of the range alone", () => {
    const { machine, notices, told, tell } = setUp();
    const stop = notices.onRange(B_TO_D, tell("one"));
    notices.onRange(B_TO_D, tell("other"));
    stop();
    stop();
    apply(machine, put("b", "1"));
    expect(told).toEqual(["other"]);
  });

  test("does not come to who is stopped by another of the same batch", () => {
    const { machine, notices, told, tell } = setUp();
    let stop = (): void => {};
    notices.onKey("b", () => stop());
    stop = notices.onKey("b", tell("late"));
    apply(machine, put("b", "1"));
    expect(told).toEqual([]);
  });

  test("comes again to who asks again while being told", () => {
    const { machine, notices, told } = setUp();
    const again = (): void => {
      told.push("b");
      stop();
      stop = notices.onKey("b", again);
    };
    let stop = notices.onKey("b", again);
    for (const value of ["1", "2"]) apply(machine, put("b", value));
    expect(told).toEqual(["b", "b"]);
  });

  test("comes to everybody when a snapshot has replaced everything", () => {
    const { machine, notices, told, tell } = setUp();
    notices.onKey("x", tell("x"));
    notices.onRange(B_TO_D, tell("b to d"));
    const view = machine.pin();
    const sink = machine.restore();
    for (let chunk = view.read(50); chunk !== null; chunk = view.read(50)) sink.write(chunk);
    sink.finish();
    expect(told.toSorted()).toEqual(["b to d", "x"]);
  });
});
