import type { AccessEntry } from "./access-list.ts";
import type { JuteReader } from "./jute-reader.ts";
import { decodeMulti, multi, type FailedStep, type Step } from "./multi.ts";
import type { NewNode } from "./new-node.ts";
import type { Operation } from "./operation.ts";
import {
  decodeAccess,
  decodeChildren,
  decodeCreated,
  decodeData,
  type CreatedNode,
  type NodeAccess,
  type NodeChildren,
  type NodeData,
} from "./replies.ts";
import * as requests from "./requests.ts";
import { OPCODE, type Request } from "./requests.ts";
import { decodeStat, type Stat } from "./stat.ts";
import { addWatch, type AddWatchMode } from "./watches.ts";
import type { ZooKeeperSession } from "./zookeeper-session.ts";

/** The requests that the command line makes of ZooKeeper; all throw `ZooKeeperError`. */
export class ZooKeeperClient {
  readonly #session: ZooKeeperSession;

  constructor(session: ZooKeeperSession) {
    this.#session = session;
  }

  async getData(path: string, watch = false): Promise<NodeData> {
    const request = requests.read(OPCODE.getData, path, watch);
    return decodeData(await this.#read(request, { kind: "read", path }));
  }

  async getChildren(path: string, watch = false): Promise<NodeChildren> {
    const request = requests.read(OPCODE.getChildren2, path, watch);
    return decodeChildren(await this.#read(request, { kind: "list", path }));
  }

  async exists(path: string, watch = false): Promise<Stat> {
    const request = requests.read(OPCODE.exists, path, watch);
    return decodeStat(await this.#read(request, { kind: "look", path }));
  }

  async getAcl(path: string): Promise<NodeAccess> {
    return decodeAccess(await this.#read(requests.getAcl(path), { kind: "readAccess", path }));
  }

  /** Leaves a watch that stays; to leave it twice is to leave it once. */
  async addWatch(path: string, mode: AddWatchMode): Promise<void> {
    await this.#read(addWatch(path, mode), { kind: "watch", path });
  }

  async create(node: NewNode): Promise<CreatedNode> {
    const kind = node.mode.kind === "ttl" ? "createTtl" : "create";
    const operation = { kind, path: node.path } as const;
    return decodeCreated(await this.#write(requests.create(node), operation));
  }

  async setData(path: string, data: Uint8Array, version: number): Promise<Stat> {
    const request = requests.setData(path, data, version);
    return decodeStat(await this.#write(request, { kind: "set", path }));
  }

  async delete(path: string, version: number): Promise<void> {
    await this.#write(requests.remove(path, version), { kind: "delete", path });
  }

  async setAcl(path: string, acl: readonly AccessEntry[], aversion: number): Promise<Stat> {
    const request = requests.setAcl(path, acl, aversion);
    return decodeStat(await this.#write(request, { kind: "setAccess", path }));
  }

  /** Takes all steps, which are about the path, or none: the one that failed, or null. */
  async multi(path: string, steps: readonly Step[]): Promise<FailedStep | null> {
    return decodeMulti(await this.#write(multi(steps), { kind: "deleteTree", path }), steps);
  }

  #read(request: Request, operation: Operation): Promise<JuteReader> {
    return this.#session.ask(request, operation, "reads");
  }

  #write(request: Request, operation: Operation): Promise<JuteReader> {
    return this.#session.ask(request, operation, "writes");
  }
}
