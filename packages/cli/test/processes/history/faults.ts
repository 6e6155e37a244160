import { setTimeout as pause } from "node:timers/promises";
import type { Prng } from "@quorate/core";
import type { CuttableNetwork } from "../cuttable-network.ts";
import type { RealCluster } from "../real-cluster.ts";
import { until } from "../until.ts";

/** What faults befall. */
export interface Scene {
  readonly cluster: RealCluster;
  /** The one in which the members are, if it can be cut. */
  readonly network: CuttableNetwork | null;
}

/** Ends a fault. */
type Undo = () => void;

/** What can befall a member. */
const MEANS = {
  kill: async ({ cluster }: Scene, member: number): Promise<Undo> => {
    await cluster.end(member, "SIGKILL");
    return () => cluster.launch(member);
  },
  pause: async ({ cluster }: Scene, member: number): Promise<Undo> => {
    cluster.signal(member, "SIGSTOP");
    return () => cluster.signal(member, "SIGCONT");
  },
  "cut off": async ({ network }: Scene, member: number): Promise<Undo> => {
    network?.cut(member + 1);
    return () => network?.heal(member + 1);
  },
} as const;

type Means = keyof typeof MEANS;
type Victims = "the leader" | "a follower" | "everyone";

export interface Fault {
  readonly means: Means;
  readonly victims: Victims;
}

export function wordFault({ means, victims }: Fault): string {
  return `${means} ${victims}`;
}

/** How long a fault lasts: one of the leader from when another leads. */
const LASTS_MS = { from: 200, to: 1500 };
const BETWEEN_MS = { from: 100, to: 1000 };

/** Faults without an end: every other one is the leader's, and all come up before any comes again. */
export class FaultDeck {
  readonly #prng: Prng;
  readonly #means: readonly Means[];
  #leaders: Fault[] = [];
  #others: Fault[] = [];
  #dealt = 0;

  /** @param cuts - whether members can be cut off */
  constructor(prng: Prng, cuts: boolean) {
    this.#prng = prng;
    this.#means = cuts ? ["kill", "pause", "cut off"] : ["kill", "pause"];
  }

  /** Every fault there is. */
  get all(): readonly Fault[] {
    return [...this.#of("the leader"), ...this.#of("a follower"), ...this.#of("everyone")];
  }

  deal(): Fault {
    if (this.#leaders.length === 0) this.#leaders = this.#of("the leader");
    if (this.#others.length === 0) {
      this.#others = [...this.#of("a follower"), ...this.#of("everyone")];
    }
    const from = this.#dealt++ % 2 === 0 ? this.#leaders : this.#others;
    const [fault] = from.splice(this.#prng.below(from.length), 1);
    if (fault === undefined) throw new Error("there is no fault left to deal");
    return fault;
  }

  #of(victims: Victims): Fault[] {
    return this.#means.map((means) => ({ means, victims }));
  }
}

/** Lets a fault happen, and end. Returns who led before. */
export async function befall(scene: Scene, fault: Fault, prng: Prng): Promise<number> {
  const { cluster } = scene;
  const leader = await cluster.leader();
  const members = victimsOf(fault, leader, cluster.size, prng);
  const undo = await Promise.all(members.map((member) => MEANS[fault.means](scene, member)));
  if (fault.victims === "the leader") {
    await until(`another leads after a fault: ${wordFault(fault)}`, async () =>
      (await cluster.leader()) === leader ? null : true,
    );
  }
  await pause(prng.between(LASTS_MS.from, LASTS_MS.to));
  for (const end of undo) end();
  await pause(prng.between(BETWEEN_MS.from, BETWEEN_MS.to));
  return leader;
}

function victimsOf({ victims }: Fault, leader: number, size: number, prng: Prng): number[] {
  switch (victims) {
    case "the leader":
      return [leader];
    case "a follower":
      return [(leader + prng.between(1, size - 1)) % size];
    case "everyone":
      return [...Array(size).keys()];
  }
}
