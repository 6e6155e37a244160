import type { GroupView, NodeId, StateMachine } from "@quorate/core";
import type { GroupAdapters } from "../group-adapters.ts";
import type { MemberLog } from "../member-log.ts";
import type { MemberStatus } from "../running-member.ts";
import type { MemberFaults } from "./ensemble-faults.ts";
import { MemberProcess } from "./member-process.ts";
import { MemoryStorage } from "./memory-storage.ts";
import { namedLog, type MemoryWorld, type ProcessHost } from "./memory-world.ts";

/** A member's part in its group, as far as an ensemble needs to know it. */
export interface MemberNode {
  status(): MemberStatus;
  view(): GroupView;
}

/** What a service's node runs on in one life of its process. */
export interface NodeSite<Machine> {
  readonly process: MemberProcess;
  readonly machine: Machine;
  readonly adapters: GroupAdapters;
}

/** One process life, and what it has made so far. */
interface Life<Node> {
  readonly process: MemberProcess;
  node: Node | null;
}

/** A member with its disk, which stays, and its process, which comes and goes; a service makes it one of its own. */
export abstract class MemoryMember<Machine extends StateMachine<unknown>, Node extends MemberNode>
  implements MemberFaults, ProcessHost
{
  readonly name: string;
  readonly id: NodeId;
  /** What befalls the disk ends with the process at the latest. */
  readonly storage: MemoryStorage = new MemoryStorage();
  /** Gets what happens to the member. */
  protected readonly log: MemberLog;
  readonly #world: MemoryWorld<Machine>;
  #life: Life<Node> | null = null;
  #incarnation = 0;
  /** What the last life's clients held is free again. */
  #released: Promise<void> = Promise.resolve();

  constructor(name: string, id: NodeId, world: MemoryWorld<Machine>) {
    this.name = name;
    this.id = id;
    this.log = namedLog(world.log, name);
    this.#world = world;
  }

  /** What it sees of its group; null while it is paused or down. */
  get view(): GroupView | null {
    return this.up?.state === "running" ? this.up.node.view() : null;
  }

  /** The process that it has now; null while it is down. */
  protected get up(): { readonly state: "running" | "paused"; readonly node: Node } | null {
    const { process, node = null } = this.#life ?? {};
    if (process === undefined || node === null || process.state === "ended") return null;
    return { state: process.state, node };
  }

  /** Has something done in the process that it has now; null when that ends before. */
  protected async inside<T>(act: (node: Node) => Promise<T>): Promise<T | null> {
    const { process, node = null } = this.#life ?? {};
    if (process === undefined || node === null) return null;
    return process.orEnd(
      new Promise((done, fail) => {
        process.schedule(0, () => void act(node).then(done, fail));
      }),
    );
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
    this.#released = this.breakOff();
  }

  async restart(): Promise<void> {
    if (this.#life !== null) return;
    const { timeline, network, conditions } = this.#world;
    const process = new MemberProcess(timeline, conditions.clock(this.id, timeline));
    const life: Life<Node> = { process, node: null };
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
    const node = this.assemble({ process, machine, adapters });
    life.node = node;
    try {
      await this.serve(process, node);
    } catch (error) {
      if (this.#life === life) this.crash();
      throw error;
    }
  }

  schedule(millis: number, run: () => void): void {
    this.#life?.process.schedule(millis, run);
  }

  /** As `crash`, for good. */
  async close(): Promise<void> {
    this.crash();
    await this.#released;
  }

  /** Makes the node, which takes part from now on. */
  protected abstract assemble(site: NodeSite<Machine>): Node;

  /** Lets clients in; the process may end meanwhile. */
  protected abstract serve(process: MemberProcess, node: Node): Promise<void>;

  /** The process is gone: clients' connections break at once. Resolves when the next may serve. */
  protected abstract breakOff(): Promise<void>;
}
