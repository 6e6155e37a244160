import { assert } from "@quorate/core";
import type { EtcdClient } from "../../../client/etcd-client.ts";
import type { EnsembleFaults, ManualTime } from "../ensemble-faults.ts";
import { MemoryEnsemble } from "../memory-ensemble.ts";
import type { EnsembleMember, EtcdEnsembleMember, EtcdWorld } from "./etcd-ensemble-member.ts";

/** An etcd cluster in this process, with disks and network in memory, and its faults at hand. */
export interface Ensemble extends EnsembleFaults<EnsembleMember> {
  /** A client of all members, without sockets, which goes on to the next when one fails. */
  client(): EtcdClient;
}

/** An ensemble whose time passes only when it is told to. */
export interface ManualEnsemble extends Ensemble, ManualTime {}

/** Elections that may fail before it is no bad luck any more. */
const ELECTIONS_MAX = 50;

/** Both kinds of ensemble. */
export class EtcdEnsemble extends MemoryEnsemble<EtcdEnsembleMember> implements ManualEnsemble {
  readonly #world: EtcdWorld;

  constructor(members: readonly EtcdEnsembleMember[], world: EtcdWorld) {
    super(members, world, ELECTIONS_MAX * world.settings.electionMillis);
    this.#world = world;
  }

  client(): EtcdClient {
    const [first, ...others] = this.members.map(({ services }) => services);
    assert(first !== undefined, "an ensemble has a member");
    return this.#world.clients.to(first, ...others);
  }

  override async close(): Promise<void> {
    this.#world.clients.close();
    await super.close();
  }
}
