import type { NodeId, Prng } from "@quorate/core";
import type { EtcdClient } from "../../../client/etcd-client.ts";
import type { EtcdStateMachine } from "../../../etcd/apply/index.ts";
import type { Services } from "../../../grpc/index.ts";
import { announce } from "../../announce.ts";
import { assembleEtcd, type EtcdNode } from "../../assemble-etcd.ts";
import type { ClusterIdentity } from "../../identity.ts";
import type { LocalClients } from "../../local-clients.ts";
import type { MemberStatus } from "../../running-member.ts";
import { addressOf, serveClients } from "../../serve-clients.ts";
import type { MemberFaults } from "../ensemble-faults.ts";
import { HOST, KeptPort } from "../kept-port.ts";
import type { MemberProcess } from "../member-process.ts";
import { MemoryMember, type NodeSite } from "../memory-member.ts";
import type { MemoryWorld } from "../memory-world.ts";
import type { EnsembleSettings } from "./etcd-ensemble-options.ts";
import { ServiceGate } from "./service-gate.ts";

/** How a member of an ensemble stands now. */
export type EnsembleMemberStatus =
  | (MemberStatus & {
      readonly state: "running" | "paused";
      /** The revision that it has applied. */
      readonly revision: number;
    })
  | { readonly state: "down"; readonly id: NodeId; readonly cluster: string };

/** A member of an ensemble. */
export interface EnsembleMember extends MemberFaults {
  /** Where etcd's clients reach it, the same after a restart; null when the ensemble does not listen. */
  readonly clientAddress: string | null;
  status(): EnsembleMemberStatus;
  /** A client of this very member, without sockets. It outlives crashes, as one over a network does. */
  client(): EtcdClient;
}

/** What the members of an etcd cluster share. */
export interface EtcdWorld extends MemoryWorld<EtcdStateMachine> {
  readonly clients: LocalClients;
  readonly identity: ClusterIdentity;
  readonly settings: EnsembleSettings;
}

/** A member of an etcd cluster in memory. */
export class EtcdEnsembleMember
  extends MemoryMember<EtcdStateMachine, EtcdNode>
  implements EnsembleMember
{
  readonly #world: EtcdWorld;
  readonly #prng: Prng;
  readonly #gate: ServiceGate;
  readonly #port = new KeptPort();

  constructor(name: string, id: NodeId, world: EtcdWorld, prng: Prng) {
    super(name, id, world);
    this.#world = world;
    this.#prng = prng;
    this.#gate = new ServiceGate(world.timeline);
  }

  get clientAddress(): string | null {
    const { number } = this.#port;
    return number === null ? null : addressOf(HOST, number);
  }

  status(): EnsembleMemberStatus {
    const { id, up } = this;
    if (up === null) return { state: "down", id, cluster: this.#world.identity.cluster };
    const { node, state } = up;
    return { ...node.status(), state, revision: node.member.machine.store.revision };
  }

  /** What clients call, whether it is up or not. */
  get services(): Services {
    return this.#gate.services;
  }

  client(): EtcdClient {
    return this.#world.clients.to(this.services);
  }

  protected override assemble({
    process,
    machine,
    adapters,
  }: NodeSite<EtcdStateMachine>): EtcdNode {
    return assembleEtcd({
      ...this.#world.settings,
      identity: this.#world.identity,
      self: this.id,
      machine,
      adapters,
      runtime: process,
      prng: this.#prng.fork(),
      quotaBytes: null,
      log: this.log,
      onFatal: (error) => {
        throw error;
      },
    });
  }

  protected override async serve(process: MemberProcess, node: EtcdNode): Promise<void> {
    const { member, services } = node;
    this.#gate.open(process, services);
    if (this.#world.settings.listen) {
      await this.#port.listen(async (port) => {
        const opened = await serveClients({ host: HOST, port }, this.#gate.services, member);
        return { port: Number(new URL(opened.address).port), close: () => opened.close(0) };
      });
    }
    if (process.state === "ended") return;
    const { name, clientAddress } = this;
    const advertiseClientUrls = clientAddress === null ? [] : [clientAddress];
    announce(member, { name, advertiseClientUrls }, process, this.log);
  }

  protected override breakOff(): Promise<void> {
    this.#gate.close();
    return this.#port.close();
  }
}
