import type { HostPort } from "../zookeeper/host-port.ts";
import {
  decodeGetChildren,
  decodeGetData,
  encodeRead,
  OPCODE,
  type GetChildrenResponse,
  type GetDataResponse,
  type Opcode,
} from "./messages.ts";
import type { JuteReader } from "./jute-reader.ts";
import { ZooKeeperConnection } from "./zookeeper-connection.ts";
import { ZooKeeperError } from "./zookeeper-error.ts";

/**
 * The requests that the command line makes, to whichever server answers, in the order given; keeps
 * to the one that did. They only read, so that each may be repeated elsewhere.
 */
export class ZooKeeperClient {
  readonly #endpoints: readonly HostPort[];
  readonly #timeoutMs: number;
  #connection: ZooKeeperConnection | null = null;
  #next = 0;
  /** What was shown once must not be unseen on another server. */
  #lastZxid = 0n;

  constructor(endpoints: readonly HostPort[], timeoutMs: number) {
    this.#endpoints = endpoints;
    this.#timeoutMs = timeoutMs;
  }

  /** @throws `ZooKeeperError` */
  async getData(path: string): Promise<GetDataResponse> {
    return decodeGetData(await this.#read(OPCODE.getData, path));
  }

  /** @throws `ZooKeeperError` */
  async getChildren(path: string): Promise<GetChildrenResponse> {
    return decodeGetChildren(await this.#read(OPCODE.getChildren2, path));
  }

  async close(): Promise<void> {
    await this.#connection?.close();
    this.#connection = null;
  }

  async #read(opcode: Opcode, path: string): Promise<JuteReader> {
    const failures: ZooKeeperError[] = [];
    while (failures.length < this.#endpoints.length) {
      try {
        this.#connection ??= await this.#connect();
        const { zxid, error, body } = await this.#connection.request(opcode, encodeRead(path));
        if (zxid > this.#lastZxid) this.#lastZxid = zxid;
        if (error !== 0) throw ZooKeeperError.answered(error, path);
        return body;
      } catch (thrown) {
        if (!(thrown instanceof ZooKeeperError) || !thrown.isLoss) throw thrown;
        failures.push(thrown);
        this.#connection = null;
        this.#next = (this.#next + 1) % this.#endpoints.length;
      }
    }
    throw ZooKeeperError.lost(failures.map(({ message }) => message).join("\n"), failures[0]);
  }

  #connect(): Promise<ZooKeeperConnection> {
    const endpoint = this.#endpoints[this.#next];
    if (!endpoint) throw ZooKeeperError.lost("there are no endpoints");
    return ZooKeeperConnection.open(endpoint, this.#timeoutMs, this.#lastZxid);
  }
}
