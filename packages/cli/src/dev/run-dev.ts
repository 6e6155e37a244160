import { randomBytes } from "node:crypto";
import { CliError } from "../cli-error.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { DevCluster } from "./dev-cluster.ts";
import { DevOutput, readyText } from "./dev-output.ts";
import type { DevServiceName } from "./dev-service-name.ts";
import { readDevState, seatsOf, type DevState } from "./dev-state.ts";
import { choosePorts, firstTaken, portsOf, refuseShared, seatsAt, type DevPorts } from "./ports.ts";
import { serviceOf, servicesOf } from "./services.ts";

/** What was said on the command line; null where nothing was said. */
export interface DevRequest {
  /** At least one, none twice. */
  readonly services: readonly DevServiceName[];
  readonly members: number | null;
  /** For each of the services, in their order. */
  readonly clientPorts: readonly number[] | null;
  readonly dataDir: string;
  readonly restart: boolean;
  readonly json: boolean;
}

const MEMBERS_DEFAULT = 3;

/** Runs a development cluster until it is asked to stop. */
export async function runDev(request: DevRequest, terminal: Terminal): Promise<ExitCode> {
  const { dataDir, restart, json } = request;
  const output = new DevOutput(terminal.out, json);
  const earlier = readDevState(dataDir);
  const state = earlier ? await takeUp(earlier, request) : await begin(request, output);
  const { stop, self } = terminal;
  const cluster = new DevCluster(state, { self, dataDir, restart, stop }, output);
  const what = `${state.members.length} member${state.members.length === 1 ? "" : "s"}`;
  output.event("starting", `starting ${what} on the data in ${dataDir} …`);
  try {
    await cluster.start();
    if (stop.aborted) return EXIT.ok;
    const { members } = cluster;
    const leaders = await cluster.leaders();
    const text = readyText(members, leaders, dataDir);
    output.event("ready", text, { dataDir, leaders, members });
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
  const { services, clientPorts } = request;
  const count = request.members ?? MEMBERS_DEFAULT;
  const chosen = new Map<DevServiceName, DevPorts>();
  for (const [place, name] of services.entries()) {
    const service = serviceOf(name);
    const { ports, skipped } = await choosePorts(count, clientPorts?.[place] ?? null, service);
    chosen.set(name, ports);
    if (skipped === null) continue;
    const text = `port ${skipped} is in use: clients of ${service.title} connect from port ${ports.client[0]} up instead`;
    output.event("ports", text, { service: name });
  }
  refuseShared([...chosen.values()]);
  const seats = [...chosen].map(([name, ports]) => [name, seatsAt(ports)] as const);
  const prefix = chosen.has("etcd") ? "m" : "zk";
  const members = Array.from({ length: count }, (_, i) => ({
    name: `${prefix}${i + 1}`,
    ports: Object.fromEntries(seats.map(([name, places]) => [name, places[i]])),
    pid: null,
  }));
  const token = `dev-${randomBytes(6).toString("hex")}`;
  return { version: 2, token, supervisor: null, members };
}

/** The cluster that is already in the directory: what it serves, its size and its ports are part of it. */
async function takeUp(
  earlier: DevState,
  { members, clientPorts, dataDir, services }: DevRequest,
): Promise<DevState> {
  const other = "choose another --data-dir for another cluster, or leave the flag out";
  const served = servicesOf(earlier);
  const names = served.map(({ name }) => name).join(",");
  if (services.toSorted().join(",") !== names) {
    throw new CliError(
      EXIT.usage,
      `--with ${services.join(",")}: the cluster in ${dataDir} serves ${names}: give --with ${names}, or choose another --data-dir`,
    );
  }
  const size = earlier.members.length;
  if (members !== null && members !== size) {
    throw new CliError(
      EXIT.usage,
      `--members ${members}: the cluster in ${dataDir} has ${size}: ${other}`,
    );
  }
  const first = services.map((name) => seatsOf(earlier, name)[0]?.client).join(",");
  if (clientPorts !== null && clientPorts.join(",") !== first) {
    throw new CliError(
      EXIT.usage,
      `--client-port ${clientPorts.join(",")}: the cluster in ${dataDir} has ${first}: ${other}`,
    );
  }
  await refuseTaken(earlier, dataDir);
  return { ...earlier, members: earlier.members.map((member) => ({ ...member, pid: null })) };
}

/** @throws `CliError` (address) naming a port of the cluster that is in use */
async function refuseTaken(earlier: DevState, dataDir: string): Promise<void> {
  for (const service of servicesOf(earlier)) {
    const taken = await firstTaken(portsOf(seatsOf(earlier, service.name), service));
    if (taken === null) continue;
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
}
