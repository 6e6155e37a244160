import { createServer } from "node:net";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import type { DevService } from "./dev-service.ts";
import type { ServicePorts } from "./dev-state.ts";

/** Ports of the members, in order. */
export interface DevPorts {
  readonly client: readonly number[];
  readonly peer: readonly number[];
  readonly other: readonly number[];
}

const NEXT_BASE_STEP = 1000;
const BASES_MAX = 20;

/** Client ports P, P+1, …, peer ports P+100, P+101, …, and what else the service needs behind them. */
export function portsFrom(
  base: number,
  members: number,
  service: Pick<DevService, "portOffsets">,
): DevPorts {
  const [peerOffset = 0] = service.portOffsets;
  const seats = Array.from({ length: members }, (_, i) => ({
    client: base + i,
    peer: base + i + peerOffset,
  }));
  return portsOf(seats, service);
}

/** The ports of members that have some already. */
export function portsOf(
  seats: readonly ServicePorts[],
  { portOffsets: [, ...others] }: Pick<DevService, "portOffsets">,
): DevPorts {
  return {
    client: seats.map(({ client }) => client),
    peer: seats.map(({ peer }) => peer),
    other: others.flatMap((offset) => seats.map(({ client }) => client + offset)),
  };
}

/** The same, member by member. */
export function seatsAt({ client, peer }: DevPorts): readonly ServicePorts[] {
  return client.map((port, i) => ({ client: port, peer: peer[i] ?? 0 }));
}

/**
 * Sees that no port serves two services.
 *
 * @throws `CliError` (usage) naming one that would
 */
export function refuseShared(services: readonly DevPorts[]): void {
  const ports = services.flatMap(({ client, peer, other }) => [...client, ...peer, ...other]);
  const shared = ports.find((port, i) => ports.indexOf(port) !== i);
  if (shared === undefined) return;
  throw new CliError(
    EXIT.usage,
    `--client-port: both services would use port ${shared}: give ports that are further apart`,
  );
}

/** The first of the ports that somebody else listens on, or null when all are free. */
export async function firstTaken(ports: DevPorts): Promise<number | null> {
  for (const port of [...ports.client, ...ports.peer, ...ports.other])
    if (!(await isFree(port))) return port;
  return null;
}

/**
 * The ports for a new cluster: from `wanted`, or else from the service's own first port or the next
 * base that is free.
 *
 * @throws `CliError` (address) naming the port that is in use
 */
export async function choosePorts(
  members: number,
  wanted: number | null,
  service: DevService,
): Promise<{ ports: DevPorts; skipped: number | null }> {
  if (wanted !== null) {
    const ports = portsFrom(wanted, members, service);
    const taken = await firstTaken(ports);
    if (taken === null) return { ports, skipped: null };
    throw new CliError(
      EXIT.address,
      `port ${taken} is in use: stop what listens there, or give another --client-port`,
    );
  }
  let skipped: number | null = null;
  for (let tries = 0; tries < BASES_MAX; tries++) {
    const base = service.firstClientPort + tries * NEXT_BASE_STEP;
    const ports = portsFrom(base, members, service);
    const taken = await firstTaken(ports);
    if (taken === null) return { ports, skipped };
    skipped ??= taken;
  }
  throw new CliError(
    EXIT.address,
    `port ${skipped} and all that were tried after it are in use: give a --client-port`,
  );
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen({ port, host: "127.0.0.1", exclusive: true }, () =>
      probe.close(() => resolve(true)),
    );
  });
}
