import { randomBytes } from "node:crypto";
import { CliError } from "../cli-error.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { DevCluster } from "./dev-cluster.ts";
import { DevOutput, readyText } from "./dev-output.ts";
import type { DevService } from "./dev-service.ts";
import { readDevState, type DevServiceName, type DevState } from "./dev-state.ts";
import { etcdService } from "./etcd-service.ts";
import { choosePorts, firstTaken } from "./ports.ts";
import { zooKeeperService } from "./zookeeper-service.ts";

/** What was said on the command line; null where nothing was said. */
export interface DevRequest {
  readonly service: DevServiceName;
  readonly members: number | null;
  readonly clientPort: number | null;
  readonly dataDir: string;
  readonly restart: boolean;
  readonly json: boolean;
}

const MEMBERS_DEFAULT = 3;

const SERVICES: Readonly<Record<DevServiceName, DevService>> = {
  etcd: etcdService,
  zookeeper: zooKeeperService,
};

/** Runs a development cluster until it is asked to stop. */
export async function runDev(request: DevRequest, terminal: Terminal): Promise<ExitCode> {
  const { dataDir, restart, json } = request;
  const output = new DevOutput(terminal.out, json);
  const earlier = readDevState(dataDir);
  const state = earlier ? await takeUp(earlier, request) : await begin(request, output);
  const { stop, self } = terminal;
  const service = SERVICES[state.service];
  const cluster = new DevCluster(state, { self, service, dataDir, restart, stop }, output);
  const what = `${state.members.length} member${state.members.length === 1 ? "" : "s"}`;
  output.event("starting", `starting ${what} on the data in ${dataDir} …`);
  try {
    await cluster.start();
    if (stop.aborted) return EXIT.ok;
    const { members } = cluster;
    const leader = await cluster.leader();
    output.event("ready", readyText(service, members, leader, dataDir), {
      dataDir,
      leader,
      members,
    });
    await cluster.supervise();
    if (stop.aborted) return EXIT.ok;
    throw new CliError(EXIT.stopped, "no member is left running");
  } finally {
    if (stop.aborted) output.event("stopping", "stopping the members …");
    await cluster.stop();
  }
}

/** A new cluster in an empty directory. */
async function begin(request: DevRequest, output: DevOutput): Promise<DevState> {
  const service = SERVICES[request.service];
  const count = request.members ?? MEMBERS_DEFAULT;
  const { ports, skipped } = await choosePorts(count, request.clientPort, service);
  if (skipped !== null) {
    output.event(
      "ports",
      `port ${skipped} is in use: clients connect from port ${ports.client[0]} up instead`,
    );
  }
  const members = ports.client.map((clientPort, i) => ({
    name: `${service.memberPrefix}${i + 1}`,
    clientPort,
    peerPort: ports.peer[i] ?? 0,
    pid: null,
  }));
  const token = `dev-${randomBytes(6).toString("hex")}`;
  return { version: 1, service: request.service, token, supervisor: null, members };
}

/** The cluster that is already in the directory: its size and ports are part of it. */
async function takeUp(
  earlier: DevState,
  { members, clientPort, dataDir, service }: DevRequest,
): Promise<DevState> {
  const other = "choose another --data-dir for another cluster, or leave the flag out";
  if (service !== earlier.service) {
    const mine = service === "zookeeper" ? "--zookeeper" : "without --zookeeper";
    throw new CliError(
      EXIT.usage,
      `${mine}: the cluster in ${dataDir} serves ${earlier.service}: choose another --data-dir`,
    );
  }
  const size = earlier.members.length;
  if (members !== null && members !== size) {
    throw new CliError(
      EXIT.usage,
      `--members ${members}: the cluster in ${dataDir} has ${size}: ${other}`,
    );
  }
  const first = earlier.members[0]?.clientPort;
  if (clientPort !== null && clientPort !== first) {
    throw new CliError(
      EXIT.usage,
      `--client-port ${clientPort}: the cluster in ${dataDir} has ${first}: ${other}`,
    );
  }
  const taken = await firstTaken({
    client: earlier.members.map((member) => member.clientPort),
    peer: earlier.members.map((member) => member.peerPort),
    other: [],
  });
  if (taken !== null) {
    const who =
      earlier.supervisor === null
        ? ""
        : ` (perhaps by the \`quorate dev\` with pid ${earlier.supervisor})`;
    const remedy = "stop what listens there, or choose another --data-dir";
    throw new CliError(
      EXIT.address,
      `port ${taken} of the cluster in ${dataDir} is in use${who}: ${remedy}`,
    );
  }
  return { ...earlier, members: earlier.members.map((member) => ({ ...member, pid: null })) };
}
