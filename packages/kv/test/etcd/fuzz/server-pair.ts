import { decodeCompaction } from "../../../src/etcd/codec/index.ts";
import type { Answer } from "../api/member-under-test.ts";
import { decodeMessage, type Decoded } from "./decode-message.ts";
import { GrpcPeer } from "./grpc-peer.ts";
import { LoneMember } from "./lone-member.ts";
import type { ApiMethod } from "./methods.ts";
import { RealEtcd } from "./real-etcd.ts";
import { RESPONSES } from "./response-tables.ts";
import { TTL_SECONDS_LONG, type World } from "./values.ts";

/** Answers to the same request. */
export interface BothAnswers {
  readonly ours: Answer;
  readonly real: Answer;
}

const UNAVAILABLE = 14;

const LEASES_KNOWN_MAX = 12;

/** A member and a real etcd that begin in the same state and are asked the same, one request at a time. */
export class ServerPair {
  readonly #member: LoneMember;
  readonly #etcd: RealEtcd;
  readonly #ours: GrpcPeer;
  readonly #real: GrpcPeer;
  #world: World = { revision: 1, compacted: 0, leases: [], member: 1n };

  private constructor(member: LoneMember, etcd: RealEtcd) {
    this.#member = member;
    this.#etcd = etcd;
    this.#ours = new GrpcPeer(member.endpoint);
    this.#real = new GrpcPeer(etcd.endpoint);
  }

  static async start(): Promise<ServerPair> {
    const [member, etcd] = await Promise.all([LoneMember.start(), RealEtcd.start()]);
    return new ServerPair(member, etcd);
  }

  /** What both have come to, as our answers tell. */
  get world(): World {
    return this.#world;
  }

  async ask(method: ApiMethod, request: Uint8Array): Promise<BothAnswers> {
    const { ours, real } = await this.askOrDie(method, request);
    if (real === "dead") {
      const hex = Buffer.from(request).toString("hex");
      throw new Error(`the real etcd died of ${method.path} ${hex}:\n${this.#etcd.log}`);
    }
    if (ours.code === 0) this.#learn(method, request, ours.message);
    return { ours, real };
  }

  /** The same where the real etcd may die of it. */
  async askOrDie(
    method: ApiMethod,
    request: Uint8Array,
  ): Promise<{ readonly ours: Answer; readonly real: Answer | "dead" }> {
    const { ours, real } = await this.askApart(method, request, request);
    const [fatal] = this.#member.fatal;
    if (fatal !== undefined) throw new Error("our member died", { cause: fatal });
    return { ours, real: real.code === UNAVAILABLE && (await this.#etcd.dies()) ? "dead" : real };
  }

  /** Asks each something else. */
  async askApart(method: ApiMethod, ours: Uint8Array, real: Uint8Array): Promise<BothAnswers> {
    const answers = await Promise.all([this.#ours.ask(method, ours), this.#real.ask(method, real)]);
    return { ours: answers[0], real: answers[1] };
  }

  async close(): Promise<void> {
    this.#ours.close();
    this.#real.close();
    await Promise.all([this.#member.close(), this.#etcd.close()]);
  }

  #learn({ path, response }: ApiMethod, request: Uint8Array, message: Uint8Array): void {
    const answer = decodeMessage(RESPONSES, response, message);
    const { revision, compacted, leases, member } = this.#world;
    const header = answer["header"] as Decoded | undefined;
    this.#world = {
      revision: Number(header?.["revision"] ?? revision),
      compacted: path.endsWith("/Compact") ? decodeCompaction(request).revision : compacted,
      leases:
        path.endsWith("/LeaseGrant") && Number(answer["TTL"]) >= TTL_SECONDS_LONG
          ? [...leases.slice(1 - LEASES_KNOWN_MAX), answer["ID"] as bigint]
          : leases,
      member,
    };
  }
}
