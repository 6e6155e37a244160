import type { ClientWorld } from "../clients/client-world.ts";
import type { EtcdSimSettings } from "../settings.ts";
import type { LeaseRecord } from "../truth/lease-book.ts";

/**
 * How much longer than its time a lease may live while a leader can serve. An election adds an election
 * timeout, beside the time that it takes.
 */
const LATE_MILLIS_MAX = 1000;

/** Whether no lease ended early, none lived too long, and no key outlived its lease. */
export function checkLeases(world: ClientWorld): void {
  const { applied, journal } = world;
  for (const lease of applied.leases.records) {
    checkEarly(world, lease);
    checkLate(world, lease);
  }
  const { keyspace } = applied;
  for (const { key, lease: id } of keyspace.rangeAt({ from: "", to: null }, keyspace.revision)) {
    if (id === 0n || applied.leases.get(id).end === null) continue;
    journal.violated("leases", `${key} has outlived its lease ${id.toString(16)}`);
  }
}

function checkEarly({ journal, cluster }: ClientWorld, lease: LeaseRecord): void {
  const { id, ttlSeconds, end, promisedUntil } = lease;
  if (end === null || end.how === "revoked") return;
  const early = promisedUntil - driftMillis(lease, cluster.settings) - end.at;
  if (early <= 0) return;
  const what = `lease ${id.toString(16)} of ${ttlSeconds} s ended at ${end.at}, ${early} ms early`;
  journal.violated("leases", what);
}

function checkLate({ journal, cluster }: ClientWorld, lease: LeaseRecord): void {
  const { id, ttlSeconds, end, renewedAt } = lease;
  const { serving, ensemble, settings } = cluster;
  const until = end?.at ?? ensemble.now;
  // The time of leases stands still while nobody can count it.
  const late = serving.between(renewedAt, until) - ttlSeconds * 1000;
  const elections = serving.interruptionsBetween(renewedAt, until);
  const allowed = LATE_MILLIS_MAX + settings.electionMillis * elections;
  if (late <= allowed) return;
  const what = `lease ${id.toString(16)} of ${ttlSeconds} s, last renewed at ${renewedAt}, lived until ${until}`;
  journal.violated("leases", `${what}: ${late} ms too long, ${elections} elections in between`);
}

/** How much sooner its time is over by a clock that is as fast as one may be. */
export function driftMillis(
  { ttlSeconds }: LeaseRecord,
  { driftMax }: Pick<EtcdSimSettings, "driftMax">,
): number {
  return ttlSeconds * 1000 * driftMax;
}
