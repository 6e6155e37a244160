import type { Prng } from "@quorate/core";
import type { Channel } from "../../../client/channel.ts";
import { EtcdClient } from "../../../client/etcd-client.ts";
import { FailoverChannel } from "../../../client/failover-channel.ts";
import { LocalChannel } from "../../../client/local-channel.ts";
import type { EtcdEnsembleMember } from "../../../compose/ensemble/etcd/etcd-ensemble-member.ts";
import { EtcdClientProcess } from "./etcd-client-process.ts";
import type { ClientWorld } from "./client-world.ts";
import { tapLeases } from "./tap-leases.ts";

/** A client with a process of its own. */
export class SimClient {
  readonly name: string;
  readonly prng: Prng;
  readonly process: EtcdClientProcess;
  /** Whom it asks first. */
  readonly member: EtcdEnsembleMember;
  readonly channel: Channel;
  readonly etcd: EtcdClient;

  /** @param others - whom it asks when one fails, in turn */
  constructor(
    name: string,
    world: ClientWorld,
    member: EtcdEnsembleMember,
    others: readonly EtcdEnsembleMember[],
  ) {
    const { cluster, workload, prng } = world;
    this.name = name;
    this.member = member;
    this.prng = prng.fork();
    this.process = new EtcdClientProcess({
      now: () => cluster.ensemble.now,
      after: (millis, run) => cluster.after(millis, run),
    });
    const { clock } = this.process;
    const channelTo = (to: EtcdEnsembleMember): Channel =>
      tapLeases(
        new LocalChannel(() => to.services, clock),
        () => cluster.ensemble.now,
        (id, askedAt) => this.#promised(world, to, id, askedAt),
      );
    const first = channelTo(member);
    this.channel = this.process.channel(
      others.length === 0 ? first : new FailoverChannel([first, ...others.map(channelTo)], clock),
    );
    this.etcd = new EtcdClient(this.channel, { clock, timeoutMillis: workload.timeoutMillis });
  }

  /**
   * What a leader has answered holds from the answer on, unless it is an answer of the past, of one
   * that was deposed since or to a client that did not listen. All others hold from the question on.
   */
  #promised(
    { cluster, applied }: ClientWorld,
    by: EtcdEnsembleMember,
    id: bigint,
    askedAt: number,
  ): void {
    const isFresh = cluster.isNewestLeader(by) && this.process.hasListenedSince(askedAt);
    applied.leases.promised(id, isFresh ? cluster.ensemble.now : askedAt);
  }
}
