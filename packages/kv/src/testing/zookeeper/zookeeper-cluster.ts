import type { NodeId, Prng } from "@quorate/core";
import { assembleZooKeeperEnsemble } from "../../compose/ensemble/zookeeper/assemble-zookeeper-ensemble.ts";
import type {
  MemoryZooKeeperMember,
  ZooKeeperWorld,
} from "../../compose/ensemble/zookeeper/zookeeper-ensemble-member.ts";
import type { MemoryZooKeeperEnsemble } from "../../compose/ensemble/zookeeper/zookeeper-ensemble.ts";
import { zooKeeperEnsembleSettings } from "../../compose/ensemble/zookeeper/zookeeper-ensemble-options.ts";
import { FaultyCluster, type ClusterParts } from "../cluster/faulty-cluster.ts";
import type { ZooKeeperSimSettings } from "./settings.ts";
import type { AppliedZxids } from "./truth/applied-zxids.ts";
import { ObservedMachine } from "./truth/observed-machine.ts";

/** What a {@link ZooKeeperCluster} is made of. */
export interface ZooKeeperClusterParts extends ClusterParts<ZooKeeperSimSettings> {
  readonly applied: AppliedZxids;
}

export type ZooKeeperMember = MemoryZooKeeperMember;

/** Looked for often, for who is to see it within a minute. */
const CONTAINERS = { checkIntervalMillis: 2000, maxPerMinute: 600, maxNeverUsedMillis: 0 };

/** A ZooKeeper ensemble under faults. */
export class ZooKeeperCluster extends FaultyCluster<ZooKeeperMember, ZooKeeperSimSettings> {
  readonly ensemble: MemoryZooKeeperEnsemble;
  protected readonly world: ZooKeeperWorld;
  /** The state machine of the process that each member has now. */
  readonly #machines = new Map<NodeId, ObservedMachine>();

  constructor(parts: ZooKeeperClusterParts) {
    super(parts);
    const { settings, timeline, journal, applied, prng } = parts;
    const { tickMillis, sessionMillisMax, checkpointEntries } = settings;
    const { protocolLimits, outstandingMax, readOnlyMode } = settings;
    const { ensemble, world } = assembleZooKeeperEnsemble(
      {
        ...zooKeeperEnsembleSettings({
          members: settings.members,
          clock: "manual",
          seed: prng.uint32(),
          tickMillis,
          maxSessionMillis: sessionMillisMax,
          maxClientConnections: 0,
          outstandingMax,
          readOnlyMode,
          extendedTypes: true,
          containers: CONTAINERS,
          snapshotEntries: checkpointEntries,
          log: this.log(),
        }),
        listen: false,
        protocolLimits,
      },
      timeline,
      {
        ...this.surroundings(),
        machine: (id) => {
          const machine = new ObservedMachine(this.member(id).name, applied, journal);
          this.#machines.set(id, machine);
          return machine;
        },
      },
    );
    this.ensemble = ensemble;
    this.world = world;
  }

  /** How long something takes from one place to another. */
  delayMillis(prng: Prng): number {
    const { from, to } = this.settings.delay;
    return from + (prng.below(1000) / 1000) * (to - from);
  }

  /** What the member has applied. */
  machineOf({ id }: ZooKeeperMember): ObservedMachine {
    const machine = this.#machines.get(id);
    if (machine === undefined) throw new RangeError(`${id} never ran`);
    return machine;
  }

  /** Whether what a client tells the member reaches the leader with the member's next tick. */
  reachesLeader(member: ZooKeeperMember): boolean {
    const leader = this.ensemble.members.find((each) => this.isNewestLeader(each));
    return leader !== undefined && this.isLedBy(member, leader);
  }

  describe(): readonly string[] {
    return this.ensemble.members.map((member) => {
      const status = member.status();
      if (status.state === "down") return `${member.name} down`;
      const { state, role, term, leader, zxid } = status;
      const led = leader === null ? "nobody" : this.member(leader).name;
      return `${member.name} ${state} ${role} epoch ${term} led by ${led} zxid 0x${zxid.toString(16)}${this.describeLog(member)}`;
    });
  }

  protected handOver(): void {
    throw new RangeError("ZAB hands no leadership over");
  }
}
