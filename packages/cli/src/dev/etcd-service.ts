import { join } from "node:path";
import { connect, EtcdError, type EtcdClient } from "@quorate/kv";
import type { DevService } from "./dev-service.ts";
import { seatsOf, type DevState, type Seat, type ServicePorts } from "./dev-state.ts";

const ANSWER_MS = 1_000;
const FIRST_CLIENT_PORT = 2379;

/** Members of an etcd cluster. */
export const etcdService: DevService = {
  name: "etcd",
  title: "etcd",
  firstClientPort: FIRST_CLIENT_PORT,
  portOffsets: [100],

  isReady: (ports) =>
    asked(ports, async (client) => {
      await client.get("health");
      return true;
    }),

  leads: (ports) =>
    asked(ports, async ({ maintenance }) => {
      const { header, leader } = await maintenance.status();
      return header.memberId === leader;
    }),

  suggestions(members) {
    const endpoints = members.map(({ client }) => `127.0.0.1:${client}`).join(",");
    const isDefault = members[0]?.client === FIRST_CLIENT_PORT;
    return [
      `etcdctl --endpoints=${endpoints} put greeting hello`,
      `etcdctl --endpoints=${endpoints} get greeting`,
      `npx quorate status --endpoints ${endpoints}`,
      `npx quorate get greeting${isDefault ? "" : ` --endpoints ${endpoints}`}`,
    ];
  },

  address: ({ client }) => `http://127.0.0.1:${client}`,
};

/** The flags of `quorate server` for a member. */
export function etcdFlags(
  { name, client, peer }: Seat,
  state: DevState,
  dataDir: string,
): readonly string[] {
  const peerUrl = (port: number): string => `http://127.0.0.1:${port}`;
  const clientUrl = `http://127.0.0.1:${client}`;
  const cluster = seatsOf(state, "etcd").map((seat) => `${seat.name}=${peerUrl(seat.peer)}`);
  return [
    `--name=${name}`,
    `--data-dir=${join(dataDir, name)}`,
    `--listen-client-urls=${clientUrl}`,
    `--advertise-client-urls=${clientUrl}`,
    `--listen-peer-urls=${peerUrl(peer)}`,
    `--initial-advertise-peer-urls=${peerUrl(peer)}`,
    `--initial-cluster=${cluster.join(",")}`,
    `--initial-cluster-token=${state.token}`,
  ];
}

/** What the member answers; false while it does not. */
async function asked(
  { client: port }: ServicePorts,
  ask: (client: EtcdClient) => Promise<boolean>,
): Promise<boolean> {
  const client = connect({ endpoints: [`127.0.0.1:${port}`], timeoutMillis: ANSWER_MS });
  try {
    return await ask(client);
  } catch (thrown) {
    if (!(thrown instanceof EtcdError)) throw thrown;
    return false;
  } finally {
    client.close();
  }
}
