import { EtcdError } from "../../client/etcd-error.ts";
import type { EtcdEnsembleMember } from "../../compose/ensemble/etcd/etcd-ensemble-member.ts";
import { inTime, untilEqual, untilIn } from "../cluster/in-time.ts";
import type { ClientWorld } from "./clients/client-world.ts";
import type { EtcdCluster } from "./etcd-cluster.ts";

/**
 * What must be without faults: every member takes a write, clients come to an end, leases that nobody
 * renews end, all members come to the same state, and all watchers are told everything.
 */
export async function recover(world: ClientWorld, clients: Promise<void>): Promise<void> {
  const { cluster, journal, applied, watches } = world;
  const writes = cluster.ensemble.members.map((member) =>
    inTime(cluster, `no write got through at ${member.name}`, writeAt(cluster, member)),
  );
  await Promise.all([...writes, inTime(cluster, "clients do not come to an end", clients)]);
  await untilIn(cluster, "leases do not end", () => !applied.leases.hasOpen);
  await untilEqual(cluster);
  await untilIn(cluster, "watches are not told everything", () =>
    [...watches].every((watch) => watch.missing(applied.keyspace.revision) === null),
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
