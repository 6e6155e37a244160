import { Prng } from "@quorate/core";
import { inspect, isDeepStrictEqual } from "node:util";
import {
  encodeAlarm,
  encodeCompaction,
  encodeDeleteRange,
  encodeLeaseRevoke,
  type AlarmKind,
} from "../../../src/etcd/codec/index.ts";
import { readRequest } from "./asked-request.ts";
import { decodeMessage, type Decoded } from "./decode-message.ts";
import { DEPARTURES, type Asked, type Situation } from "./departures.ts";
import { methodAt, type ApiMethod } from "./methods.ts";
import { spoil } from "./mutations.ts";
import { plainAnswer } from "./plain-answer.ts";
import { RequestGenerator } from "./request-generator.ts";
import { RESPONSES } from "./response-tables.ts";
import type { BothAnswers, ServerPair } from "./server-pair.ts";
import { EVERYTHING, TTL_SECONDS_LONG } from "./values.ts";

/** What a member answers alone and at once. */
const COMPARED: readonly ApiMethod[] = [
  "KV/Range",
  "KV/Put",
  "KV/DeleteRange",
  "KV/Txn",
  "KV/Compact",
  "Lease/LeaseGrant",
  "Lease/LeaseRevoke",
  "Lease/LeaseKeepAlive",
  "Lease/LeaseTimeToLive",
  "Lease/LeaseLeases",
  "Watch/Watch",
  "Cluster/MemberList",
  "Maintenance/Alarm",
  "Maintenance/Status",
  "Maintenance/HashKV",
].map(methodAt);

/** Everything is deleted and forgotten after so many requests. */
const WIPE_EVERY = 500;

/** An alarm that some request has raised. */
interface Raised {
  readonly member: string;
  readonly kind: AlarmKind;
  /** The request before which it is disarmed. */
  readonly until: number;
}

/** Asks two servers the same, and compares what they answer. */
export class Comparison {
  readonly #pair: ServerPair;
  readonly #prng: Prng;
  readonly #generator: RequestGenerator;
  #asked = 0;
  #raised: Raised | null = null;

  constructor(pair: ServerPair, seed: number) {
    this.#pair = pair;
    this.#prng = new Prng(seed);
    this.#generator = new RequestGenerator(this.#prng, COMPARED);
  }

  /** @throws for the first request that both answer otherwise, with no departure to explain it */
  async run(requests: number): Promise<void> {
    while (this.#asked < requests) {
      if (this.#raised !== null && this.#asked >= this.#raised.until) await this.#disarm();
      const method = this.#generator.method();
      const bytes = spoil(this.#prng, this.#generator.message(method.request, this.#pair.world));
      await this.#ask(method, bytes);
      if (this.#asked % WIPE_EVERY === 0) await this.#wipe();
    }
  }

  get #situation(): Situation {
    return { ...this.#pair.world, alarms: this.#raised === null ? [] : [this.#raised.kind] };
  }

  async #ask(method: ApiMethod, bytes: Uint8Array): Promise<void> {
    const { path } = method;
    const asked: Asked = { path, bytes, request: readRequest(path, bytes) };
    const departures = DEPARTURES.filter(({ applies }) => applies(asked, this.#situation));
    if (departures.some(({ treatment }) => treatment === "do not ask")) return;
    this.#asked++;
    const both = await this.#pair.ask(method, bytes);
    const ours = plainAnswer(method, both.ours);
    const real = plainAnswer(method, both.real);
    const isSame =
      departures.length === 0 ? isDeepStrictEqual(ours, real) : ours.code === real.code;
    if (!isSame) {
      const hex = Buffer.from(bytes).toString("hex");
      throw new Error(
        `request ${this.#asked}, ${path} ${hex}: ${shown({ request: asked.request, ours, real })}`,
      );
    }
    await this.#follow(method, asked, both);
  }

  /** Takes away what would part the servers sooner or later. */
  async #follow(method: ApiMethod, { request }: Asked, { ours, real }: BothAnswers): Promise<void> {
    if (ours.code !== 0 || real.code !== 0) return;
    if (request?.kind === "leaseGrant") {
      const [a, b] = [ours, real].map(({ message }) =>
        decodeMessage(RESPONSES, method.response, message),
      );
      // It would end soon, and not at the same time; or each has chosen another id.
      if (request.id !== 0n && Number(a?.["TTL"]) >= TTL_SECONDS_LONG) return;
      await this.#pair.askApart(methodAt("Lease/LeaseRevoke"), revocation(a), revocation(b));
    }
    if (request?.kind === "alarm" && request.action === "activate" && request.alarm !== null) {
      const until = this.#asked + this.#prng.between(3, 12);
      this.#raised = { member: request.member, kind: request.alarm, until };
    }
  }

  async #disarm(): Promise<void> {
    if (this.#raised === null) return;
    const { member, kind } = this.#raised;
    await this.#ask(
      methodAt("Maintenance/Alarm"),
      encodeAlarm({ action: "deactivate", member, alarm: kind }),
    );
    this.#raised = null;
  }

  async #wipe(): Promise<void> {
    await this.#disarm();
    await this.#ask(methodAt("KV/DeleteRange"), encodeDeleteRange(EVERYTHING));
    for (const id of this.#pair.world.leases) {
      await this.#ask(methodAt("Lease/LeaseRevoke"), encodeLeaseRevoke(id));
    }
    const { revision } = this.#pair.world;
    await this.#ask(methodAt("KV/Compact"), encodeCompaction({ revision }));
  }
}

function revocation(grant: Decoded | undefined): Uint8Array {
  return encodeLeaseRevoke(grant?.["ID"] as bigint);
}

function shown(value: unknown): string {
  return inspect(value, { depth: 12, breakLength: 140 });
}
