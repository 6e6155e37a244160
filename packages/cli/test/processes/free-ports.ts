import { randomInt } from "node:crypto";
import type { DevService } from "../../src/dev/dev-service.ts";
import { firstTaken, portsFrom, type DevPorts } from "../../src/dev/ports.ts";

/**
 * Below those that systems hand out: whoever connects or listens meanwhile, as other tests do, is not
 * given one of them before it is used.
 */
const LOWEST = 10_000;
const HIGHEST = 32_000;

/** Ports that nobody listens on at this moment, all different. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(LOWEST, HIGHEST);
    if (await areFree({ client: [port], peer: [], other: [] })) ports.add(port);
  }
  return [...ports];
}

/** The first of so many ports in a row that nobody listens on at this moment. */
export async function freeRange(count: number): Promise<number> {
  for (;;) {
    const first = randomInt(LOWEST, HIGHEST);
    const client = Array.from({ length: count }, (_, i) => first + i);
    if (await areFree({ client, peer: [], other: [] })) return first;
  }
}

/** A first port such that a development cluster finds room from there. */
export async function freeBase(members: number, service: DevService): Promise<number> {
  for (;;) {
    const base = randomInt(LOWEST, HIGHEST);
    if (await areFree(portsFrom(base, members, service))) return base;
  }
}

async function areFree(ports: DevPorts): Promise<boolean> {
  return (await firstTaken(ports)) === null;
}
