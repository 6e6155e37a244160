import {
  assert,
  type Configuration,
  type NodeId,
  type Prng,
  type QuorateError,
} from "@quorate/core";
import { encodeServerCommand, type ZooKeeperStateMachine } from "../../../zookeeper/apply/index.ts";
import { PASSWORD_BYTES, readSessionId, SESSION_ID_BYTES } from "../../../zookeeper/codec/index.ts";
import { Listener, SERVER_LIMITS, type ClientStream } from "../../../zookeeper/server/index.ts";
import { assembleZooKeeper, type ZooKeeperNode } from "../../assemble-zookeeper.ts";
import type { MemberStatus } from "../../running-member.ts";
import type { MemberFaults } from "../ensemble-faults.ts";
import { HOST, KeptPort } from "../kept-port.ts";
import type { MemberProcess } from "../member-process.ts";
import { MemoryMember, type NodeSite } from "../memory-member.ts";
import type { MemoryWorld } from "../memory-world.ts";
import { StreamGate } from "./stream-gate.ts";
import type { ZooKeeperEnsembleSettings } from "./zookeeper-ensemble-options.ts";

/** How a server of an ensemble stands now. */
export type ZooKeeperEnsembleMemberStatus =
  | (MemberStatus & {
      readonly state: "running" | "paused";
      /** Of the last change that it has applied: the epoch in the upper 32 bits, and a counter. */
      readonly zxid: number;
    })
  | { readonly state: "down"; readonly id: NodeId; readonly cluster: string };

/** A server of an ensemble. */
export interface ZooKeeperEnsembleMember extends MemberFaults {
  /** Where clients reach it, as `host:port`, the same after a restart. */
  readonly clientAddress: string;
  status(): ZooKeeperEnsembleMemberStatus;
}

/** What the servers of a ZooKeeper ensemble share. */
export interface ZooKeeperWorld extends MemoryWorld<ZooKeeperStateMachine> {
  readonly cluster: string;
  readonly configuration: Configuration;
  /** The servers as `/zookeeper/config` tells clients of them. */
  readonly membership: () => string;
  readonly settings: ZooKeeperEnsembleSettings;
}

/** In ticks, as in ZooKeeper's own example. */
const INIT_LIMIT = 10;
const SYNC_LIMIT = 5;

/** A server of a ZooKeeper ensemble with its disk and peers in memory. */
export class MemoryZooKeeperMember
  extends MemoryMember<ZooKeeperStateMachine, ZooKeeperNode>
  implements ZooKeeperEnsembleMember
{
  readonly #world: ZooKeeperWorld;
  readonly #prng: Prng;
  readonly #gate = new StreamGate();
  readonly #port = new KeptPort();

  constructor(id: NodeId, world: ZooKeeperWorld, prng: Prng) {
    super(`server.${id}`, id, world);
    this.#world = world;
    this.#prng = prng;
  }

  get clientAddress(): string {
    if (!this.#world.settings.listen) return `${HOST}:0`;
    const { number } = this.#port;
    assert(number !== null, "an ensemble is given out when all its servers have listened");
    return `${HOST}:${number}`;
  }

  status(): ZooKeeperEnsembleMemberStatus {
    const { id, up } = this;
    if (up === null) return { state: "down", id, cluster: this.#world.cluster };
    const { node, state } = up;
    return { ...node.status(), state, zxid: node.server.machine.lastZxid };
  }

  /** Takes a client's connection, as a socket that it listens on does; ends it while the member is down. */
  admit(stream: ClientStream): void {
    this.#gate.admit(stream);
  }

  /**
   * Ends a session through the log, as a leader does.
   *
   * @returns whether it was ended; false: the process died before
   * @throws `RangeError` when there is no such session
   */
  async expire(session: bigint): Promise<boolean> {
    const expired = await this.inside(async ({ server: { machine, log } }) => {
      const bytes = new Uint8Array(SESSION_ID_BYTES);
      new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, session));
      const id = readSessionId(bytes, 0);
      const found = id === null ? null : machine.sessions.find(id);
      if (found === null) throw new RangeError(`there is no session 0x${session.toString(16)}`);
      const { attachment } = found;
      return new Promise<true>((done, fail: (error: QuorateError) => void) => {
        log.propose(
          encodeServerCommand({ kind: "expireSession", session: found.id, attachment }),
          (outcome) => (outcome.kind === "done" ? done(true) : fail(outcome.error)),
        );
      });
    });
    return expired ?? false;
  }

  protected override assemble(site: NodeSite<ZooKeeperStateMachine>): ZooKeeperNode {
    const { settings, configuration, membership } = this.#world;
    const prng = this.#prng.fork();
    return assembleZooKeeper({
      ...settings,
      sid: this.id,
      configuration,
      membership: membership(),
      initLimit: INIT_LIMIT,
      syncLimit: SYNC_LIMIT,
      machine: site.machine,
      adapters: site.adapters,
      runtime: site.process,
      prng,
      dataDir: "memory",
      clientPort: () => this.#port.number,
      secureClientPort: () => null,
      newPassword: () => Uint8Array.from({ length: PASSWORD_BYTES }, () => prng.below(256)),
      log: this.log,
      onFatal: (error) => {
        throw error;
      },
    });
  }

  /** Takes the port, on which it answers nothing before it is up. */
  listen(): Promise<void> {
    const { maxClientConnections } = this.#world.settings.service;
    return this.#port.listen(async (port) => {
      const listener = await Listener.open([{ host: HOST, port }], {
        limits: { ...SERVER_LIMITS, connectionsPerAddress: maxClientConnections },
        report: this.log,
        accept: (stream) => this.admit(stream),
      });
      const [address] = listener.addresses;
      return { port: address?.port ?? port, close: () => listener.close() };
    });
  }

  override async close(): Promise<void> {
    await super.close();
    await this.#port.close();
  }

  protected override async serve(process: MemberProcess, { server }: ZooKeeperNode): Promise<void> {
    this.#gate.open(process, (stream) => server.accept(stream));
    if (this.#world.settings.listen) await this.listen();
  }

  protected override breakOff(): Promise<void> {
    this.#gate.close();
    return this.#port.close();
  }
}
