import { assembleEtcdEnsemble } from "../../compose/ensemble/etcd/assemble-etcd-ensemble.ts";
import type {
  EtcdEnsembleMember,
  EtcdWorld,
} from "../../compose/ensemble/etcd/etcd-ensemble-member.ts";
import type { EtcdEnsemble } from "../../compose/ensemble/etcd/etcd-ensemble.ts";
import { FaultyCluster, type ClusterParts } from "../cluster/faulty-cluster.ts";
import type { EtcdSimSettings } from "./settings.ts";
import type { AppliedLog } from "./truth/applied-log.ts";
import { ObservedMachine } from "./truth/observed-machine.ts";

/** What an {@link EtcdCluster} is made of. */
export interface EtcdClusterParts extends ClusterParts<EtcdSimSettings> {
  readonly applied: AppliedLog;
}

/** An etcd cluster under faults. */
export class EtcdCluster extends FaultyCluster<EtcdEnsembleMember, EtcdSimSettings> {
  readonly ensemble: EtcdEnsemble;
  protected readonly world: EtcdWorld;

  constructor(parts: EtcdClusterParts) {
    super(parts);
    const { settings, timeline, journal, applied, prng } = parts;
    const { ensemble, world } = assembleEtcdEnsemble(
      {
        members: settings.members,
        listen: false,
        clock: "manual",
        seed: prng.uint32(),
        heartbeatMillis: settings.heartbeatMillis,
        electionMillis: settings.electionMillis,
        snapshotEntries: settings.checkpointEntries,
        log: this.log(),
      },
      timeline,
      {
        ...this.surroundings(),
        machine: (id) => new ObservedMachine(this.member(id).name, applied, journal),
      },
    );
    this.ensemble = ensemble;
    this.world = world;
  }

  describe(): readonly string[] {
    return this.ensemble.members.map((member) => {
      const status = member.status();
      if (status.state === "down") return `${member.name} down`;
      const { state, role, term, leader, revision } = status;
      const led = leader === null ? "nobody" : this.member(leader).name;
      return `${member.name} ${state} ${role} term ${term} led by ${led} revision ${revision}${this.describeLog(member)}`;
    });
  }

  protected handOver(from: EtcdEnsembleMember, to: EtcdEnsembleMember): void {
    const client = from.client();
    client.maintenance
      .moveLeader(BigInt(`0x${to.id}`))
      .then(
        () => this.journal.counts.transfers++,
        () => {}, // who does not lead, or is cut off, cannot
      )
      .finally(() => client.close());
  }
}
