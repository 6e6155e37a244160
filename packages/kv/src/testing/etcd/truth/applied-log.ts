import { assert, crc32c, type Entry, type Index } from "@quorate/core";
import { decodeCommand, type Command } from "../../../etcd/apply/command.ts";
import type { EtcdResult, EtcdStateMachine } from "../../../etcd/apply/index.ts";
import type { Journal } from "../../journal.ts";
import { KeyspaceHistory } from "./keyspace-history.ts";
import { LeaseBook } from "./lease-book.ts";

/**
 * What members have applied, whichever of them did it first. The others must come to the same:
 * everything that clients are told is compared with this.
 */
export class AppliedLog {
  readonly keyspace: KeyspaceHistory = new KeyspaceHistory();
  readonly leases: LeaseBook = new LeaseBook();
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
    if (known === undefined) {
      this.#stamps.set(entry.index, stamp);
      this.#first(member, entry, result, machine);
    } else if (known !== stamp) {
      const what = `${member} applied entry ${entry.index} as ${stamp}, another member as ${known}`;
      this.#journal.violated("state-machine", what);
    }
  }

  #first(member: string, entry: Entry, result: EtcdResult, { store }: EtcdStateMachine): void {
    const kind = result.kind === "done" ? result.response.kind : result.kind;
    this.#journal.note(
      member,
      "applied",
      `entry ${entry.term}/${entry.index} ${kind} revision ${store.revision}`,
    );
    if (result.kind !== "done") return;
    const at = this.#time();
    if (store.revision > this.keyspace.revision) this.keyspace.extend(store);
    this.keyspace.compacted = Math.max(this.keyspace.compacted, store.compacted);
    this.#noteLeases(entry, result, at);
  }

  #noteLeases(entry: Entry, { response }: Extract<EtcdResult, { kind: "done" }>, at: number): void {
    const { leases } = this;
    switch (response.kind) {
      case "leaseGrant":
        return leases.granted(response.id, response.ttlSeconds, at);
      case "leaseRenew": {
        const { ids } = commandOf(entry, "leaseRenew");
        for (const [i, id] of ids.entries()) {
          if ((response.ttlSeconds[i] ?? 0) > 0) leases.renewed(id, at);
        }
        return;
      }
      case "leaseRevoke":
        return leases.ended(commandOf(entry, "leaseRevoke").id, "revoked", at);
      case "leaseExpire":
        if (!response.expired) return;
        this.#journal.counts.expired++;
        return leases.ended(commandOf(entry, "leaseExpire").id, "expired", at);
      default:
    }
  }
}

function commandOf<Kind extends Command["kind"]>(
  { data }: Entry,
  kind: Kind,
): Extract<Command, { readonly kind: Kind }> {
  const command = decodeCommand(data);
  assert(command?.kind === kind, `what was answered as ${kind} was asked as such`);
  return command as Extract<Command, { readonly kind: Kind }>;
}

function stampOf(entry: Entry, result: EtcdResult, { store }: EtcdStateMachine): string {
  const { term, data } = entry;
  return `${result.kind} in term ${term} with checksum ${crc32c(data)} and revision ${store.revision}`;
}
