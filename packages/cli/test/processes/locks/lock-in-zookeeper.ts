import { parseHostPort, type HostPort } from "../../../src/zookeeper/host-port.ts";
import { askUntilAnswered, takeLock } from "../zookeeper-client/lock-recipe.ts";
import { SessionClient } from "../zookeeper-client/session-client.ts";

/**
 * Waits for a lock by ZooKeeper's recipe.
 *
 * @returns its token, and what tells that the session is gone, and so the lock
 */
export async function lockInZooKeeper(
  endpoints: readonly string[],
  name: string,
  sessionMillis: number,
): Promise<{ readonly token: number; readonly lost: AbortSignal }> {
  const client = new SessionClient({ name, endpoints: endpoints.map(parse), sessionMillis });
  const path = `/${name.replaceAll("/", "-")}`;
  const node = { value: "", ephemeral: false, sequential: false } as const;
  // Whoever came first has made it.
  await askUntilAnswered(client, { kind: "create", path, ...node });
  const { token } = await takeLock(client, path, `holder.${process.pid}`);
  return { token, lost: client.expired };
}

function parse(text: string): HostPort {
  const endpoint = parseHostPort(text, 0);
  if ("problem" in endpoint) throw new Error(endpoint.problem);
  return endpoint;
}
