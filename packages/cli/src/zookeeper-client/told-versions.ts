import type { Stat } from "./stat.ts";
import type { ZooKeeperClient } from "./zookeeper-client.ts";
import { ZooKeeperError } from "./zookeeper-error.ts";

/** A version that a write insists on. */
export interface WantedVersion {
  readonly path: string;
  readonly version: number;
  /** Which of a node's versions it is. */
  readonly of: "version" | "aversion";
}

/**
 * Makes a write that insists on a version, and has the error tell the other one.
 *
 * @throws `ZooKeeperError`
 */
export async function withToldVersions<Result>(
  client: ZooKeeperClient,
  { path, version, of }: WantedVersion,
  write: () => Promise<Result>,
): Promise<Result> {
  try {
    return await write();
  } catch (thrown) {
    if (!(thrown instanceof ZooKeeperError) || thrown.code !== "BADVERSION") throw thrown;
    const now = await versionNow(client, path, of);
    if (now === null) throw thrown;
    throw ZooKeeperError.of(
      "BADVERSION",
      `${path}: ${of} ${version} was asked for, but it is at ${now}`,
    );
  }
}

/** Null when the server does not say: the error of before is the one that counts. */
async function versionNow(
  client: ZooKeeperClient,
  path: string,
  of: keyof Pick<Stat, "version" | "aversion">,
): Promise<number | null> {
  try {
    return (await client.exists(path))[of];
  } catch (thrown) {
    if (thrown instanceof ZooKeeperError) return null;
    throw thrown;
  }
}
