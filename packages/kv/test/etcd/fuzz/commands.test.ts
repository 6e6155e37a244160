import { Prng } from "@quorate/core";
import { expect, test } from "vitest";
import { encodeCommand, EtcdStateMachine, type Command } from "../../../src/etcd/apply/index.ts";
import { spoil } from "./mutations.ts";
import { must, Replica, snapshotOf } from "./replica.ts";
import { RequestGenerator } from "./request-generator.ts";
import { FIRST_SEED, REQUESTS, withSeed } from "./runs.ts";
import { anyBytes } from "./values.ts";

/** Commands to one machine: so many have to be applied again to see a failure again. */
const EPISODE = 2000;

const TIMEOUT_MILLIS = 120_000 + REQUESTS * 2;

/** The message that a command of each kind holds. */
const MESSAGES: Readonly<Record<Command["kind"], string>> = {
  put: "PutRequest",
  deleteRange: "DeleteRangeRequest",
  txn: "TxnRequest",
  compact: "CompactionRequest",
  memberAttributes: "MemberAttributes",
  leaseGrant: "LeaseGrantRequest",
  leaseRevoke: "LeaseRevokeRequest",
  leaseRenew: "LeaseRenewal",
  leaseTick: "LeaseTick",
  leaseExpire: "LeaseExpiry",
  alarm: "AlarmRequest",
};

const QUIET_KINDS = (Object.keys(MESSAGES) as readonly Command["kind"][]).filter(
  (kind) => kind !== "alarm",
);

/** Applies what no service would propose, on a machine and on a replica of it. */
function runEpisode(seed: number, commands: number): Set<string> {
  const prng = new Prng(seed);
  const generator = new RequestGenerator(prng);
  const machine = new EtcdStateMachine();
  const replica = new Replica();
  const outcomes = new Set<string>();
  for (let index = 1; index <= commands; index++) {
    const command = anyCommand(prng, generator, machine);
    const before = prng.chance(0.005) ? snapshotOf(machine) : null;
    machine.apply([{ index, term: 2, time: 0, kind: "command", data: command }], (_, result) => {
      outcomes.add(result.kind === "refused" ? result.refusal : result.kind);
      replica.take(command, result);
      if (before === null || result.kind === "done") return;
      const same = Buffer.compare(before, snapshotOf(machine)) === 0;
      must(same, `${Buffer.from(command).toString("hex")} changes nothing when it is refused`);
    });
    if (prng.chance(0.004)) replica.compareWith(machine);
  }
  replica.compareWith(machine);
  return outcomes;
}

function anyCommand(
  prng: Prng,
  generator: RequestGenerator,
  { store, leases }: EtcdStateMachine,
): Uint8Array {
  if (prng.chance(0.01)) return anyBytes(prng, prng.below(20));
  // Few alarms: they refuse most of the others.
  const kind = prng.chance(0.005) ? "alarm" : prng.pick(QUIET_KINDS);
  const world = {
    revision: store.revision,
    compacted: store.compacted,
    leases: [...leases].slice(0, 20).map(({ id }) => id),
    member: 1n,
  };
  return encodeCommand(kind, spoil(prng, generator.message(MESSAGES[kind], world)));
}

test(
  `${REQUESTS} commands, which no member need have proposed`,
  () => {
    const outcomes = new Set<string>();
    for (let seed = FIRST_SEED, left = REQUESTS; left > 0; seed++, left -= EPISODE) {
      const commands = Math.min(left, EPISODE);
      try {
        for (const outcome of runEpisode(seed, commands)) outcomes.add(outcome);
      } catch (error) {
        throw withSeed(seed, commands, error);
      }
    }
    expect([...outcomes], "what a run has seen").toEqual(
      expect.arrayContaining(["done", "malformed", "compacted", "leaseExists", "corrupt"]),
    );
  },
  TIMEOUT_MILLIS,
);
