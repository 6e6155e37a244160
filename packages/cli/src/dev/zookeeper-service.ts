import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { serverStatus } from "../zookeeper-client/server-status.ts";
import { ZooKeeperError } from "../zookeeper-client/zookeeper-error.ts";
import type { DevService } from "./dev-service.ts";
import type { DevMember, DevState } from "./dev-state.ts";

const ANSWER_MS = 1_000;
const FIRST_CLIENT_PORT = 2181;
/** From the client port to the quorum port. */
const QUORUM_OFFSET = 100;
/**
 * From the quorum port to the election port, which only Java's servers would call. With 100 it would
 * be the client port of an etcd cluster beside it: 2381.
 */
const ELECTION_OFFSET = 50;

/** Servers of a ZooKeeper ensemble, each with a `zoo.cfg` of its own. */
export const zooKeeperService: DevService = {
  firstClientPort: FIRST_CLIENT_PORT,
  portOffsets: [QUORUM_OFFSET, QUORUM_OFFSET + ELECTION_OFFSET],
  memberPrefix: "zk",

  prepare(member, state, dataDir) {
    const directory = join(dataDir, member.name);
    mkdirSync(directory, { recursive: true });
    const path = join(directory, "zoo.cfg");
    writeFileSync(path, zooCfg(member, state, directory));
    writeFileSync(join(directory, "myid"), `${numberOf(member, state)}\n`);
    return ["zookeeper", path, "--log-format=json"];
  },

  isReady: async (member) => (await modeOf(member)) !== null,

  leads: async (member) => {
    const mode = await modeOf(member);
    return mode === "leader" || mode === "standalone";
  },

  suggestions(members) {
    const servers = members.map((member) => `127.0.0.1:${member.clientPort}`).join(",");
    return [
      `zkCli.sh -server ${servers}`,
      `npx quorate zk status --endpoints ${servers}`,
      `npx quorate zk ls -R / --endpoints ${servers}`,
    ];
  },

  address: ({ clientPort }) => `127.0.0.1:${clientPort}`,
};

function zooCfg(member: DevMember, state: DevState, directory: string): string {
  const servers = state.members.map(
    (of) =>
      `server.${numberOf(of, state)}=127.0.0.1:${of.peerPort}:${of.peerPort + ELECTION_OFFSET}`,
  );
  return [
    "# Written by `quorate dev`, at every start.",
    "tickTime=2000",
    "initLimit=10",
    "syncLimit=5",
    `dataDir=${resolve(directory)}`,
    `clientPort=${member.clientPort}`,
    "clientPortAddress=127.0.0.1",
    "4lw.commands.whitelist=*",
    ...servers,
    "",
  ].join("\n");
}

function numberOf(member: DevMember, { members }: DevState): number {
  return members.findIndex(({ name }) => name === member.name) + 1;
}

/** What the server says that it does; null while it says nothing. */
async function modeOf({ clientPort }: DevMember): Promise<string | null> {
  try {
    const { mode } = await serverStatus({ host: "127.0.0.1", port: clientPort }, ANSWER_MS);
    return mode;
  } catch (thrown) {
    if (!(thrown instanceof ZooKeeperError)) throw thrown;
    return null;
  }
}
