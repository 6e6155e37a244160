import { crc32c, type Entry, type Index } from "@quorate/core";
import type { EtcdResult, EtcdStateMachine } from "../../etcd/apply/index.ts";
import type { Journal } from "../journal.ts";
import { KeyspaceHistory } from "./keyspace-history.ts";

/**
 * What members have applied, whichever of them did it first. The others must come to the same:
 * everything that clients are told is compared with this.
 */
export class AppliedLog {
  readonly keyspace: KeyspaceHistory = new KeyspaceHistory();
  readonly #journal: Journal;
  readonly #time: () => number;
  /** By index: the entry, and what came of it. */
  readonly #stamps = new Map<Index, string>();

  constructor(journal: Journal, time: () => number) {
    this.#journal = journal;
    this.#time = time;
  }

  /** A member has applied an entry; its state is what it is behind it. */
  applied(member: string, entry: Entry, result: EtcdResult, machine: EtcdStateMachine): void {
    this.#journal.counts.steps++;
    const stamp = stampOf(entry, result, machine);
    const known = this.#stamps.get(entry.index);
    if (known === undefined) this.#first(member, entry, result, machine, stamp);
    else if (known !== stamp) {
      const what = `${member} applied entry ${entry.index} as ${stamp}, another member as ${known}`;
      this.#journal.violated("state-machine", what);
    }
  }

  #first(
    member: string,
    entry: Entry,
    result: EtcdResult,
    { store }: EtcdStateMachine,
    stamp: string,
  ): void {
    this.#stamps.set(entry.index, stamp);
    const kind = result.kind === "done" ? result.response.kind : result.kind;
    this.#journal.note(
      member,
      "applied",
      `entry ${entry.term}/${entry.index} ${kind} revision ${store.revision}`,
    );
    if (result.kind !== "done") return;
    if (store.revision > this.keyspace.revision) this.keyspace.extend(store, this.#time());
  }
}

function stampOf(entry: Entry, result: EtcdResult, { store }: EtcdStateMachine): string {
  const { term, data } = entry;
  return `${result.kind} in term ${term} with checksum ${crc32c(data)} and revision ${store.revision}`;
}
