import { describe, expect, test } from "vitest";
import { MemoryDisk } from "../../src/memory/memory-disk.ts";

/** A disk whose time passes when the test says so. */
function disk(): {
  disk: MemoryDisk;
  log: string[];
  pass: () => void;
  write: (name: string) => void;
} {
  const due: (() => void)[] = [];
  const log: string[] = [];
  const made = new MemoryDisk({ schedule: (_millis, run) => void due.push(run) });
  const write = (name: string): void =>
    made.submit(
      true,
      () => log.push(`${name} performed`),
      (outcome) => log.push(`${name} ${outcome?.code ?? "done"}`),
    );
  return { disk: made, log, pass: () => due.splice(0).forEach((run) => run()), write };
}

describe("a disk in memory", () => {
  test("syncs what waits as one group, what comes meanwhile as the next, and answers in order, never within the call", () => {
    const { log, pass, write } = disk();
    write("a");
    write("b");
    expect(log).toEqual([]);
    pass();
    expect(log).toEqual(["a performed", "a done"]);
    write("c");
    pass();
    expect(log.slice(2)).toEqual(["b performed", "b done"]);
    write("d");
    pass();
    expect(log.slice(4)).toEqual(["c performed", "c done"]);
  });

  test.each([0, 1, 3])("keeps the oldest %i writes of a crash and answers none", (kept) => {
    const { disk: made, log, pass, write } = disk();
    for (const name of ["a", "b", "c"]) write(name);
    made.crash((queued) => {
      expect(queued).toBe(3);
      return kept;
    });
    pass();
    write("d");
    pass();
    expect(log).toEqual(["a performed", "b performed", "c performed"].slice(0, kept));
  });

  test("answers nothing while it stalls, and everything afterwards", () => {
    const { disk: made, log, pass, write } = disk();
    write("a");
    made.stall();
    pass();
    write("b");
    pass();
    expect(log).toEqual([]);
    made.resume();
    pass();
    expect(log).toEqual(["a performed", "a done", "b performed", "b done"]);
  });

  test("when full refuses a write and all that wait behind it; reads go on", () => {
    const { disk: made, log, pass, write } = disk();
    write("a");
    write("b");
    made.submit(
      false,
      () => log.push("read"),
      () => {},
    );
    made.full = true;
    pass();
    pass();
    expect(log).toEqual(["a ERR_STORAGE_FULL", "b ERR_STORAGE_FULL", "read"]);
    made.full = false;
    write("a");
    pass();
    expect(log.slice(3)).toEqual(["a performed", "a done"]);
  });

  test("after a failure fails for good", () => {
    const { disk: made, log, pass, write } = disk();
    made.fail();
    write("a");
    pass();
    expect(log).toEqual(["a ERR_STORAGE_FAILED"]);
  });
});
