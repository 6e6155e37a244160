import type { ZooKeeperEnsembleMember } from "../../../../src/compose/ensemble/zookeeper/zookeeper-ensemble-member.ts";
import { ERROR, JuteReader, OPCODE } from "../../../../src/zookeeper/codec/index.ts";
import { ping, read, sync } from "../../../zookeeper/requests.ts";
import { JuteClient, type Greeting, type Welcome } from "../../../zookeeper/server/jute-client.ts";

/** A client of one server of an ensemble, with a session. */
export class EnsembleClient {
  /** The newest that a reply told of. */
  zxid = 0;
  readonly #client: JuteClient;
  readonly #welcome: Welcome;

  private constructor(client: JuteClient, welcome: Welcome) {
    this.#client = client;
    this.#welcome = welcome;
  }

  static async open(
    member: ZooKeeperEnsembleMember,
    timeoutMillis = 10_000,
  ): Promise<EnsembleClient> {
    return EnsembleClient.#greet(member, { timeoutMillis });
  }

  /** @throws an error when the session has expired */
  static async #greet(
    member: ZooKeeperEnsembleMember,
    greeting: Greeting,
  ): Promise<EnsembleClient> {
    const client = await JuteClient.connect(Number(member.clientAddress.split(":")[1]));
    client.greet(greeting);
    const welcome = await client.welcome();
    if (welcome.timeoutMillis === 0) throw new Error("the session has expired");
    return new EnsembleClient(client, welcome);
  }

  get session(): bigint {
    return Buffer.from(this.#welcome.session).readBigUInt64BE();
  }

  /** Takes the session over to another server. */
  moveTo(member: ZooKeeperEnsembleMember): Promise<EnsembleClient> {
    const { session, password } = this.#welcome;
    return EnsembleClient.#greet(member, { session, password, lastZxidSeen: this.zxid });
  }

  /** Sends without waiting. */
  send(request: Uint8Array): void {
    this.#client.send(request);
  }

  /** The error code that the request is answered with. */
  async ask(request: Uint8Array): Promise<number> {
    this.#client.send(request);
    return this.answer();
  }

  /** The error code of the next answer. */
  async answer(): Promise<number> {
    const { error, zxid } = await this.#client.reply();
    this.zxid = Math.max(this.zxid, zxid);
    return error;
  }

  /** The data that the next answer tells. */
  async data(): Promise<string> {
    const { body } = await this.#client.reply();
    return Buffer.from(new JuteReader(body).buffer() ?? []).toString();
  }

  /** How many answers have come that nobody has asked for. */
  get arrived(): number {
    return this.#client.arrived;
  }

  async ping(): Promise<void> {
    await this.ask(ping);
  }

  /** Lets the server catch up with the leader. */
  async sync(): Promise<void> {
    await this.ask(sync(1, "/"));
  }

  /** Whether its server knows the node. */
  async knows(path: string): Promise<boolean> {
    return (await this.ask(read(1, OPCODE.exists, path))) === ERROR.ok;
  }

  /** Waits for the server to end the connection. */
  async isClosed(): Promise<true> {
    await this.#client.closed();
    return true;
  }

  /** Hangs up; the session lives on. */
  async close(): Promise<void> {
    this.#client.destroy();
    await this.#client.closed();
  }
}
