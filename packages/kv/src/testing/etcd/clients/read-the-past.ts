import { EtcdError } from "../../../client/etcd-error.ts";
import { between, type KeyRange } from "../../../client/key-range.ts";
import type { RangeResult } from "../../../client/op.ts";
import { keyRange } from "../../../etcd/store/index.ts";
import { changeOf, describeChanges, isSame } from "../truth/keyspace-history.ts";
import type { ClientWorld } from "./client-world.ts";
import { expectedFailure } from "./expected-failure.ts";
import type { SimClient } from "./sim-client.ts";
import { think } from "../../clients/think.ts";

const RANGES: readonly KeyRange[] = [between("r/", "r0"), between("s/", "s0"), between("a", "z")];

/** How far back it asks. */
const REVISIONS = 100;

/** A read of the newest revision that the member has, or of one of the past. */
interface PastRead {
  readonly range: KeyRange;
  /** 0: whichever is the newest. */
  readonly revision: number;
  readonly serializable: boolean;
}

/**
 * Reads what one member has, without asking others, and what keys were at revisions of the past. It must
 * be what they were then, and within one life of the member never older than before.
 */
export async function readThePast(client: SimClient, world: ClientWorld): Promise<void> {
  const { etcd, member } = client;
  const { applied, journal, cluster } = world;
  let newest = { life: 0, revision: 0 };
  while (await think(client, world)) {
    const asked = pickRead(client, applied.keyspace.revision);
    const life = cluster.livesOf(member.id);
    const read = await etcd
      .range(asked.range, asked)
      .catch((thrown: unknown) => refused(world, asked, thrown));
    if (read === null) continue;
    compareWithTruth(world, member.name, asked, read);
    if (newest.life === life && read.revision < newest.revision) {
      const what = `${member.name} was at revision ${newest.revision}, and then at ${read.revision}`;
      journal.violated("past-reads", what);
    }
    newest = { life, revision: read.revision };
  }
}

function pickRead({ prng }: SimClient, known: number): PastRead {
  const range = prng.pick(RANGES);
  if (prng.chance(0.6)) return { range, revision: 0, serializable: true };
  const revision = prng.between(Math.max(1, known - REVISIONS), known);
  return { range, revision, serializable: prng.chance(0.5) };
}

function refused(
  { applied, journal }: ClientWorld,
  { revision, serializable }: PastRead,
  thrown: unknown,
): null {
  const reason = thrown instanceof EtcdError ? thrown.reason : null;
  if (reason === "compacted" && revision >= applied.keyspace.compacted) {
    journal.violated("past-reads", `revision ${revision} was said to be compacted, and was not`);
  }
  if (reason === "futureRevision" && !serializable) {
    journal.violated(
      "past-reads",
      `revision ${revision} was said to be of the future, and was not`,
    );
  }
  return expectedFailure(thrown);
}

function compareWithTruth(
  { applied, journal }: ClientWorld,
  member: string,
  { range, revision }: PastRead,
  read: RangeResult,
): void {
  const at = revision === 0 ? read.revision : revision;
  const told = read.kvs.map(changeOf);
  const truth = applied.keyspace.rangeAt(keyRange(range.key, range.rangeEnd), at);
  const isTrue = truth.length === told.length && truth.every((kv, i) => isSame(kv, told[i] ?? kv));
  if (isTrue && at <= applied.keyspace.revision) return;
  const what = `${member} told of revision ${at} ${describeChanges(told)}; it was ${describeChanges(truth)}`;
  journal.violated("past-reads", what);
}
