import { describe, expect, test } from "vitest";
import type { StateMachine } from "../../../src/ports/state-machine.ts";
import { stateMachineSuite } from "../../../src/testing/compliance/index.ts";
import {
  encodeRegisterCommand,
  RegisterMachine,
} from "../../../src/testing/sim/register-machine.ts";
import type { Prng } from "../../../src/prng.ts";

const command = (prng: Prng): Uint8Array =>
  encodeRegisterCommand({ register: prng.below(5), value: prng.uint32() }, prng.below(4));

describe("the registers of the simulator", () => {
  stateMachineSuite(test, { create: () => new RegisterMachine(), command });
});

/** Names of the tests that a machine fails. */
async function failures(create: () => StateMachine<number>): Promise<string[]> {
  const bodies: [string, () => Promise<void>][] = [];
  stateMachineSuite((name, body) => bodies.push([name, body]), { create, command });
  const failed: string[] = [];
  for (const [name, body] of bodies) await body().catch(() => failed.push(name));
  return failed;
}

/** A machine that behaves but for what is overridden. */
function broken(
  change: (machine: RegisterMachine) => Partial<StateMachine<number>>,
): () => StateMachine<number> {
  return () => {
    const machine = new RegisterMachine();
    const whole: StateMachine<number> = {
      apply: (entries, each) => machine.apply(entries, each),
      pin: () => machine.pin(),
      restore: () => machine.restore(),
    };
    return { ...whole, ...change(machine) };
  };
}

describe("the suite turns red when a machine", () => {
  test("is not broken: it does not", async () => {
    expect(await failures(broken(() => ({})))).toEqual([]);
  });

  test("forgets to call back", async () => {
    const found = await failures(
      broken((machine) => ({ apply: (entries) => machine.apply(entries, () => {}) })),
    );
    expect(found).toContain("calls back once per entry, in order");
  });

  test("depends on the size of the batch", async () => {
    const found = await failures(
      broken((machine) => ({
        apply: (entries, each) => machine.apply(entries, (entry) => each(entry, entries.length)),
      })),
    );
    expect(found).toContain("gives the same results and the same snapshot in batches of any size");
  });

  test("pins the state as it is when it is read", async () => {
    const found = await failures(
      broken((machine) => ({
        pin: () => {
          let view: ReturnType<typeof machine.pin> | null = null;
          return {
            read: (bytesMax) => (view ??= machine.pin()).read(bytesMax),
            release: () => {},
          };
        },
      })),
    );
    expect(found).toContain("pins several views at a time");
  });

  test("ends its snapshots early when chunks are small", async () => {
    const found = await failures(
      broken((machine) => ({
        pin: () => {
          const view = machine.pin();
          let chunks = 0;
          return {
            read: (bytesMax) => (bytesMax < 8 && chunks++ > 3 ? null : view.read(bytesMax)),
            release: () => {},
          };
        },
      })),
    );
    expect(found).toContain("gives the same snapshot in chunks of any size");
  });

  test("restores nothing", async () => {
    const sink = { write: () => {}, finish: () => {}, abort: () => {} };
    const found = await failures(broken(() => ({ restore: () => sink })));
    expect(found).toEqual([
      "goes on from a restored snapshot as if nothing had happened",
      "forgets what it held when a snapshot replaces it",
      "refuses a snapshot that is cut off, and keeps the old state",
    ]);
  });

  test("finishes a restore that was aborted", async () => {
    const found = await failures(
      broken((machine) => ({
        restore: () => {
          const sink = machine.restore();
          return { ...sink, abort: () => sink.finish() };
        },
      })),
    );
    expect(found).toContain("keeps the old state until a restore finishes, and when it is aborted");
  });
});
