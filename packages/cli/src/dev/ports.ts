import { createServer } from "node:net";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";

/** Ports of the members, in order. */
export interface DevPorts {
  readonly client: readonly number[];
  readonly peer: readonly number[];
}

/** Between a member's client port and its peer port. */
const PEER_OFFSET = 100;
const FIRST_CLIENT_PORT = 2379;
const NEXT_BASE_STEP = 1000;
const BASES_MAX = 20;

/** Client ports P, P+1, …, peer ports P+100, P+101, …. */
export function portsFrom(base: number, members: number): DevPorts {
  const client = Array.from({ length: members }, (_, i) => base + i);
  return { client, peer: client.map((port) => port + PEER_OFFSET) };
}

/** The first of the ports that somebody else listens on, or null when all are free. */
export async function firstTaken(ports: DevPorts): Promise<number | null> {
  for (const port of [...ports.client, ...ports.peer]) if (!(await isFree(port))) return port;
  return null;
}

/**
 * The ports for a new cluster: from `wanted`, or else from 2379 or the next base that is free.
 *
 * @throws `CliError` (address) naming the port that is in use
 */
export async function choosePorts(
  members: number,
  wanted: number | null,
): Promise<{ ports: DevPorts; skipped: number | null }> {
  if (wanted !== null) {
    const ports = portsFrom(wanted, members);
    const taken = await firstTaken(ports);
    if (taken === null) return { ports, skipped: null };
    throw new CliError(
      EXIT.address,
      `port ${taken} is in use: stop what listens there, or give another --client-port`,
    );
  }
  let skipped: number | null = null;
  for (let tries = 0; tries < BASES_MAX; tries++) {
    const ports = portsFrom(FIRST_CLIENT_PORT + tries * NEXT_BASE_STEP, members);
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
