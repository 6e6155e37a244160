import { QuorateError } from "@quorate/core";
import { EtcdError } from "../../client/etcd-error.ts";
import type { EtcdEnsembleMember } from "../../compose/ensemble/etcd/etcd-ensemble-member.ts";
import type { ClientWorld } from "./clients/client-world.ts";
import type { EtcdCluster } from "./etcd-cluster.ts";

/**
 * What must be without faults: every member takes a write, clients come to an end, leases that nobody
 * renews end, all members come to the same state, and all watchers are told everything.
 */
export async function recover(world: ClientWorld, clients: Promise<void>): Promise<void> {
  const { cluster, journal, applied, watches } = world;
  const { ensemble } = cluster;
  const { members } = ensemble;
  const untilIn = async (condition: () => boolean, what: string): Promise<void> => {
    if (journal.violations.length > 0) return;
    if (!(await cluster.until(condition, patienceMillis(cluster)))) {
      journal.violated("liveness", `${what} in time`);
    }
  };
  const writes = members.map((member) =>
    inTime(cluster, `no write got through at ${member.name}`, writeAt(cluster, member)),
  );
  await Promise.all([...writes, inTime(cluster, "clients do not come to an end", clients)]);
  await untilIn(() => !applied.leases.hasOpen, "leases do not end");
  await untilIn(() => {
    const indices = members.map(({ view }) => view?.applied);
    return ensemble.leader() !== null && indices.every((index) => index === indices[0]);
  }, "the members did not come to the same state");
  await untilIn(
    () => [...watches].every((watch) => watch.missing(applied.keyspace.revision) === null),
    "watches are not told everything",
  );
  if (journal.violations.length === 0) await compareHashes(cluster);
}

async function writeAt(cluster: EtcdCluster, member: EtcdEnsembleMember): Promise<void> {
  const client = member.client();
  for (;;) {
    try {
      await client.put(`alive/${member.name}`, "");
      return;
    } catch (thrown) {
      if (!(thrown instanceof EtcdError)) throw thrown;
      await cluster.sleep(cluster.settings.electionMillis);
    }
  }
}

async function compareHashes(cluster: EtcdCluster): Promise<void> {
  const { ensemble, journal } = cluster;
  const hashes = new Map<string, string>();
  for (const member of ensemble.members) {
    const asked = member.client().maintenance.hashKv();
    const answer = await inTime(cluster, `${member.name} does not hash its keys`, asked);
    if (answer === null) return;
    const { hash, header, compactRevision } = answer;
    hashes.set(member.name, `${hash} from ${compactRevision} to ${header.revision}`);
  }
  if (new Set(hashes.values()).size === 1) return;
  journal.violated("hashes", [...hashes].map(([name, hash]) => `${name}: ${hash}`).join(", "));
}

/** Null, and a violation, when it takes too long. */
async function inTime<T>(
  cluster: EtcdCluster,
  what: string,
  promise: Promise<T>,
): Promise<T | null> {
  const { ensemble, journal } = cluster;
  try {
    return await ensemble.until(promise, patienceMillis(cluster));
  } catch (thrown) {
    if (!(thrown instanceof QuorateError) || thrown.code !== "ERR_TIMEOUT") throw thrown;
    journal.violated("liveness", `${what} in time`);
    return null;
  }
}

function patienceMillis({ settings }: EtcdCluster): number {
  return 20_000 + 40 * settings.electionMillis;
}
