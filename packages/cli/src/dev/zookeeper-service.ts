import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { serverStatus } from "../zookeeper-client/server-status.ts";
import { ZooKeeperError } from "../zookeeper-client/zookeeper-error.ts";
import type { DevService } from "./dev-service.ts";
import { seatsOf, type DevState, type Seat, type ServicePorts } from "./dev-state.ts";

const ANSWER_MS = 1_000;
const FIRST_CLIENT_PORT = 2181;
/** From the client port to the quorum port. */
const QUORUM_OFFSET = 100;
/**
 * From the quorum port to the election port, which only Java's servers would call. With 100 it would
 * be the client port of an etcd cluster beside it: 2381.
 */
const ELECTION_OFFSET = 50;

/** Servers of a ZooKeeper ensemble. */
export const zooKeeperService: DevService = {
  name: "zookeeper",
  title: "ZooKeeper",
  firstClientPort: FIRST_CLIENT_PORT,
  portOffsets: [QUORUM_OFFSET, QUORUM_OFFSET + ELECTION_OFFSET],

  isReady: async (ports) => (await modeOf(ports)) !== null,

  leads: async (ports) => {
    const mode = await modeOf(ports);
    return mode === "leader" || mode === "standalone";
  },

  suggestions(members) {
    const servers = members.map(({ client }) => `127.0.0.1:${client}`).join(",");
    return [
      `zkCli.sh -server ${servers}`,
      `npx quorate zk status --endpoints ${servers}`,
      `npx quorate zk create /greeting hello --endpoints ${servers}`,
      `npx quorate zk watch -R / --endpoints ${servers}`,
    ];
  },

  address: ({ client }) => `127.0.0.1:${client}`,
};

/** Writes what a server reads at its start, into a directory of its own; where its `zoo.cfg` is. */
export function writeZooFiles(seat: Seat, state: DevState, dataDir: string): string {
  const directory = join(dataDir, `zk${seat.number}`);
  mkdirSync(directory, { recursive: true });
  const path = join(directory, "zoo.cfg");
  writeFileSync(path, zooCfg(seat, state, directory));
  writeFileSync(join(directory, "myid"), `${seat.number}\n`);
  return path;
}

function zooCfg({ client }: Seat, state: DevState, directory: string): string {
  const servers = seatsOf(state, "zookeeper").map(
    ({ number, peer }) => `server.${number}=127.0.0.1:${peer}:${peer + ELECTION_OFFSET}`,
  );
  return [
    "# Written by `quorate dev`, at every start.",
    "tickTime=2000",
    "initLimit=10",
    "syncLimit=5",
    `dataDir=${resolve(directory)}`,
    `clientPort=${client}`,
    "clientPortAddress=127.0.0.1",
    "4lw.commands.whitelist=*",
    "extendedTypesEnabled=true",
    ...servers,
    "",
  ].join("\n");
}

/** What the server says that it does; null while it says nothing. */
async function modeOf({ client }: ServicePorts): Promise<string | null> {
  try {
    const { mode } = await serverStatus({ host: "127.0.0.1", port: client }, ANSWER_MS);
    return mode;
  } catch (thrown) {
    if (!(thrown instanceof ZooKeeperError)) throw thrown;
    return null;
  }
}
