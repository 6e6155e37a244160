import { createServer, type AddressInfo } from "node:net";
import type { DevService } from "../../src/dev/dev-service.ts";
import { firstTaken, portsFrom } from "../../src/dev/ports.ts";

const CLIENT_PORT_MAX = 65_000;

/** Ports that nobody listens on at this moment, all different. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer();
          server.listen(0, "127.0.0.1", () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** A first port such that a development cluster finds room from there. */
export async function freeBase(members: number, service: DevService): Promise<number> {
  for (;;) {
    const [base = 0] = await freePorts(1);
    if (base > CLIENT_PORT_MAX) continue;
    if ((await firstTaken(portsFrom(base, members, service))) === null) return base;
  }
}
