import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { QuorateError } from "@quorate/core";
import { startMember, type RunningMember } from "../../../src/index.ts";
import { freePorts } from "../../compose/free-ports.ts";

/** A cluster of one member in this process, with a real disk and real sockets. */
export class LoneMember {
  readonly endpoint: string;
  readonly fatal: QuorateError[];
  readonly #directory: string;
  readonly #member: RunningMember;

  private constructor(
    endpoint: string,
    fatal: QuorateError[],
    directory: string,
    member: RunningMember,
  ) {
    this.endpoint = endpoint;
    this.fatal = fatal;
    this.#directory = directory;
    this.#member = member;
  }

  static async start(): Promise<LoneMember> {
    const directory = await mkdtemp(join(tmpdir(), "quorate-member-"));
    const [clientPort, peerPort] = await freePorts(2);
    const endpoint = `127.0.0.1:${clientPort}`;
    const peerUrls = [`http://127.0.0.1:${peerPort}`];
    const fatal: QuorateError[] = [];
    const member = await startMember({
      name: "ours",
      dataDir: directory,
      listenPeerUrls: peerUrls,
      listenClientUrls: [`http://${endpoint}`],
      advertiseClientUrls: [`http://${endpoint}`],
      initialCluster: [{ name: "ours", peerUrls }],
      initialClusterToken: "test",
      heartbeatMillis: 100,
      electionMillis: 1000,
      snapshotEntries: 1000,
      log: { info: () => {}, warn: () => {}, error: () => {} },
      onFatal: (error) => fatal.push(error),
    });
    await member.ready();
    return new LoneMember(endpoint, fatal, directory, member);
  }

  async close(): Promise<void> {
    await this.#member.close();
    await rm(this.#directory, { recursive: true, force: true });
  }
}
