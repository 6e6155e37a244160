import { setTimeout as pause } from "node:timers/promises";
import type { Prng } from "@quorate/core";
import type { CuttableNetwork } from "../cuttable-network.ts";
import { until } from "../until.ts";

/** Processes that agree on a leader, each with a number. */
interface Group {
  leader(): Promise<number>;
  launch(member: number): void;
  signal(member: number, signal: NodeJS.Signals): void;
  end(member: number, signal: NodeJS.Signals): Promise<unknown>;
}

/** What faults befall. */
export interface Scene {
  readonly group: Group;
  /** In the order of the network's sites. */
  readonly members: readonly number[];
  /** The one in which the members are, if it can be cut. */
  readonly network: CuttableNetwork | null;
}

/** Ends a fault. */
type Undo = () => void;

/** What can befall a member. */
const MEANS = {
  kill: async ({ group }: Scene, member: number): Promise<Undo> => {
    await group.end(member, "SIGKILL");
    return () => group.launch(member);
  },
  pause: async ({ group }: Scene, member: number): Promise<Undo> => {
    group.signal(member, "SIGSTOP");
    return () => group.signal(member, "SIGCONT");
  },
  "cut off": async ({ network, members }: Scene, member: number): Promise<Undo> => {
    const site = members.indexOf(member) + 1;
    network?.cut(site);
    return () => network?.heal(site);
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
  const { group } = scene;
  const leader = await group.leader();
  const victims = victimsOf(fault, leader, scene.members, prng);
  const undo = await Promise.all(victims.map((member) => MEANS[fault.means](scene, member)));
  if (fault.victims === "the leader") {
    await until(`another leads after a fault: ${wordFault(fault)}`, async () =>
      (await group.leader()) === leader ? null : true,
    );
  }
  await pause(prng.between(LASTS_MS.from, LASTS_MS.to));
  for (const end of undo) end();
  await pause(prng.between(BETWEEN_MS.from, BETWEEN_MS.to));
  return leader;
}

function victimsOf(
  { victims }: Fault,
  leader: number,
  members: readonly number[],
  prng: Prng,
): readonly number[] {
  switch (victims) {
    case "the leader":
      return [leader];
    case "a follower":
      return [prng.pick(members.filter((member) => member !== leader))];
    case "everyone":
      return members;
  }
}
