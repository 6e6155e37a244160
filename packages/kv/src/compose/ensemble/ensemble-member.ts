import type { GroupView, NodeId, Prng } from "@quorate/core";
import type { MemoryNetwork } from "@quorate/core/memory";
import type { EtcdClient } from "../../client/etcd-client.ts";
import type { Services } from "../../grpc/index.ts";
import { announce } from "../announce.ts";
import { assembleEtcd, type EtcdNode } from "../assemble-etcd.ts";
import type { ClusterIdentity } from "../identity.ts";
import type { LocalClients } from "../local-clients.ts";
import type { MemberLog } from "../member-log.ts";
import type { MemberStatus } from "../running-member.ts";
import { serveClients, type ClientPort } from "../serve-clients.ts";
import type { EnsembleConditions } from "./ensemble-conditions.ts";
import type { EnsembleSettings } from "./ensemble-options.ts";
import { MemberProcess } from "./member-process.ts";
import { MemoryStorage } from "./memory-storage.ts";
import { ServiceGate } from "./service-gate.ts";
import type { Timeline } from "./timeline.ts";

/** How a member of an ensemble stands now. */
export type EnsembleMemberStatus =
  | (MemberStatus & {
      readonly state: "running" | "paused";
      /** The revision that it has applied. */
      readonly revision: number;
    })
  | { readonly state: "down"; readonly id: NodeId; readonly cluster: string };

/** A member of an ensemble. What is to be done to it and has been done already changes nothing. */
export interface EnsembleMember {
  readonly name: string;
  readonly id: NodeId;
  /** Where etcd's clients reach it, the same after a restart; null when the ensemble does not listen. */
  readonly clientAddress: string | null;
  status(): EnsembleMemberStatus;
  /** A client of this very member, without sockets. It outlives crashes, as one over a network does. */
  client(): EtcdClient;
  /**
   * Stops the process where it is, as SIGSTOP does: nothing reaches it, and no time passes for it. The
   * port that it listens on is this very process's, which still answers pings.
   */
  pause(): void;
  /** Lets it go on: it finds that it is late, and what came meanwhile. */
  resume(): void;
  /** The process dies, as by SIGKILL: what was not synced is lost, and connections break. */
  crash(): void;
  /** Starts it again after a crash, from what its disk has; resolves when it takes part again. */
  restart(): Promise<void>;
}

/** What a member finds around it. */
export interface EnsembleWorld {
  readonly timeline: Timeline;
  readonly network: MemoryNetwork;
  readonly clients: LocalClients;
  readonly identity: ClusterIdentity;
  readonly settings: EnsembleSettings;
  readonly conditions: EnsembleConditions;
}

/** One process life, and what it has made so far. */
interface Life {
  readonly process: MemberProcess;
  node: EtcdNode | null;
}

const HOST = "127.0.0.1";

/** A member with its disk, which stays, and its process, which comes and goes. */
export class MemoryMember implements EnsembleMember {
  readonly name: string;
  readonly id: NodeId;
  /** What befalls the disk ends with the process at the latest. */
  readonly storage: MemoryStorage = new MemoryStorage();
  readonly #world: EnsembleWorld;
  readonly #prng: Prng;
  readonly #gate: ServiceGate;
  #life: Life | null = null;
  #incarnation = 0;
  #clientPort: ClientPort | null = null;
  /** The port that the last life listened on is free again. */
  #released: Promise<void> = Promise.resolve();
  #clientAddress: URL | null = null;

  constructor(name: string, id: NodeId, world: EnsembleWorld, prng: Prng) {
    this.name = name;
    this.id = id;
    this.#world = world;
    this.#prng = prng;
    this.#gate = new ServiceGate(world.timeline);
  }

  get clientAddress(): string | null {
    return this.#clientAddress?.origin ?? null;
  }

  /** What it sees of its group; null while it is paused or down. */
  get view(): GroupView | null {
    const life = this.#life;
    return life?.process.state === "running" ? (life.node?.member.requests.view() ?? null) : null;
  }

  status(): EnsembleMemberStatus {
    const { id } = this;
    const { cluster } = this.#world.identity;
    const { process, node } = this.#life ?? { process: null, node: null };
    if (process === null || process.state === "ended" || node === null) {
      return { state: "down", id, cluster };
    }
    const { revision } = node.member.machine.store;
    return { ...node.status(), state: process.state, revision };
  }

  /** What clients call, whether it is up or not. */
  get services(): Services {
    return this.#gate.services;
  }

  client(): EtcdClient {
    return this.#world.clients.to(this.services);
  }

  pause(): void {
    this.#life?.process.pause();
  }

  resume(): void {
    this.#life?.process.resume();
  }

  /** @param noticeMillis - how long each peer takes to notice */
  crash(noticeMillis: (peer: NodeId) => number = () => 0): void {
    if (this.#life === null) return;
    const { network, conditions } = this.#world;
    this.#life.process.kill();
    this.#life = null;
    this.storage.crash(conditions.survivors);
    network.kill(this.id, noticeMillis);
    this.#gate.close();
    const port = this.#clientPort;
    this.#clientPort = null;
    if (port !== null) this.#released = port.close(0);
  }

  async restart(): Promise<void> {
    if (this.#life !== null) return;
    const { timeline, network, settings, conditions } = this.#world;
    const process = new MemberProcess(timeline, conditions.clock(this.id, timeline));
    const life: Life = { process, node: null };
    this.#life = life;
    await this.#released;
    const machine = conditions.machine(this.id);
    const transport = network.transport();
    const incarnation = ++this.#incarnation;
    const latencyMillis = (): number => conditions.syncMillis(this.id);
    const adapters = await process.orEnd(
      this.storage.open({ process, machine, transport, incarnation, latencyMillis }),
    );
    if (adapters === null) return;
    const node = assembleEtcd({
      ...settings,
      identity: this.#world.identity,
      self: this.id,
      machine,
      adapters,
      runtime: process,
      prng: this.#prng.fork(),
      quotaBytes: null,
      log: this.#log(),
      onFatal: (error) => {
        throw error;
      },
    });
    life.node = node;
    this.#gate.open(process, node.services);
    if (settings.listen) await this.#listen(life, node);
    if (process.state !== "ended") this.#announce(process, node);
  }

  /** Runs the callback in the process that it has now, if it has one. */
  schedule(millis: number, run: () => void): void {
    this.#life?.process.schedule(millis, run);
  }

  /** As `crash`, for good. */
  async close(): Promise<void> {
    this.crash();
    await this.#released;
  }

  async #listen({ process }: Life, { member }: EtcdNode): Promise<void> {
    const port = Number(this.#clientAddress?.port ?? 0);
    const opened = await serveClients({ host: HOST, port }, this.#gate.services, member).catch(
      (error: unknown) => {
        this.crash();
        throw error;
      },
    );
    if (process.state === "ended") return opened.close(0);
    this.#clientPort = opened;
    this.#clientAddress = new URL(opened.address);
  }

  #announce(process: MemberProcess, { member }: EtcdNode): void {
    const { name, clientAddress } = this;
    const advertiseClientUrls = clientAddress === null ? [] : [clientAddress];
    announce(member, { name, advertiseClientUrls }, process, this.#log());
  }

  #log(): MemberLog {
    const { log } = this.#world.settings;
    const { name } = this;
    return {
      info: (fields, text) => log.info({ name, ...fields }, text),
      warn: (fields, text) => log.warn({ name, ...fields }, text),
      error: (fields, text) => log.error({ name, ...fields }, text),
    };
  }
}
