import { join } from "node:path";
import { connect, EtcdError, type EtcdClient } from "@quorate/kv";
import type { DevService } from "./dev-service.ts";
import type { DevMember } from "./dev-state.ts";

const ANSWER_MS = 1_000;
const FIRST_CLIENT_PORT = 2379;

/** Members of an etcd cluster. */
export const etcdService: DevService = {
  firstClientPort: FIRST_CLIENT_PORT,
  portOffsets: [100],
  memberPrefix: "m",

  prepare(member, { members, token }, dataDir) {
    const peerUrl = (of: DevMember): string => `http://127.0.0.1:${of.peerPort}`;
    const clientUrl = `http://127.0.0.1:${member.clientPort}`;
    return [
      "server",
      `--name=${member.name}`,
      `--data-dir=${join(dataDir, member.name)}`,
      `--listen-client-urls=${clientUrl}`,
      `--advertise-client-urls=${clientUrl}`,
      `--listen-peer-urls=${peerUrl(member)}`,
      `--initial-advertise-peer-urls=${peerUrl(member)}`,
      `--initial-cluster=${members.map((of) => `${of.name}=${peerUrl(of)}`).join(",")}`,
      `--initial-cluster-token=${token}`,
      "--log-format=json",
    ];
  },

  isReady: (member) =>
    asked(member, async (client) => {
      await client.get("health");
      return true;
    }),

  leads: (member) =>
    asked(member, async ({ maintenance }) => {
      const { header, leader } = await maintenance.status();
      return header.memberId === leader;
    }),

  suggestions(members) {
    const endpoints = members.map((member) => `127.0.0.1:${member.clientPort}`).join(",");
    const isDefault = members[0]?.clientPort === FIRST_CLIENT_PORT;
    return [
      `etcdctl --endpoints=${endpoints} put greeting hello`,
      `etcdctl --endpoints=${endpoints} get greeting`,
      `npx quorate status --endpoints ${endpoints}`,
      `npx quorate get greeting${isDefault ? "" : ` --endpoints ${endpoints}`}`,
    ];
  },

  address: ({ clientPort }) => `http://127.0.0.1:${clientPort}`,
};

/** What the member answers; false while it does not. */
async function asked(
  { clientPort }: DevMember,
  ask: (client: EtcdClient) => Promise<boolean>,
): Promise<boolean> {
  const client = connect({ endpoints: [`127.0.0.1:${clientPort}`], timeoutMillis: ANSWER_MS });
  try {
    return await ask(client);
  } catch (thrown) {
    if (!(thrown instanceof EtcdError)) throw thrown;
    return false;
  } finally {
    client.close();
  }
}
