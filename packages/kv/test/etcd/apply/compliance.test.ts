import { stateMachineSuite } from "@quorate/core/testing/compliance";
import { describe, test } from "vitest";
import { EtcdStateMachine, type Command } from "../../../src/etcd/apply/index.ts";
import { commandBytes, compact, del, put, txn } from "./commands.ts";

describe("etcd's keyspace", () => {
  stateMachineSuite(test, {
    create: () => new EtcdStateMachine(),
    command: (prng) => {
      const key = prng.pick(["a", "b", "c", "d"]);
      const commands: readonly Command[] = [
        put(key, String(prng.uint32()), { prevKv: true }),
        put(key, String(prng.uint32())),
        del(key, prng.pick(["", "\0"]), true),
        txn([put(key, "t"), del("x")]),
        compact(prng.between(1, 20)),
      ];
      return commandBytes(prng.pick(commands));
    },
  });
});
