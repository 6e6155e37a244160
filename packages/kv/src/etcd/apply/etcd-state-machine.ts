import {
  QuorateError,
  type Entry,
  type PinnedView,
  type SnapshotSink,
  type StateMachine,
} from "@quorate/core";
import { decodeMemberAttributes } from "../codec/decode-requests.ts";
import { encodeMemberAttributes } from "../codec/encode-requests.ts";
import type { MemberAttributes } from "../codec/requests.ts";
import type { OpResult } from "../codec/responses.ts";
import { ImageSink, type RestoredState } from "../store/image-sink.ts";
import { ImageView } from "../store/image-view.ts";
import { MvccStore } from "../store/mvcc-store.ts";
import { decodeCommand, type Command } from "./command.ts";
import type { RequestRefusal } from "./failure.ts";
import { checkTxn, executeTxn, planTxn } from "./txn.ts";
import { checkPut, deleteRange, put } from "./write.ts";

/** What applying a command gave; the same on every member. `revision` is the store's afterwards. */
export type EtcdResult =
  | { readonly kind: "done"; readonly response: WriteResponse; readonly revision: number }
  | { readonly kind: "refused"; readonly refusal: RequestRefusal }
  /** The command cannot be understood: a bug of whoever proposed it, and the same everywhere. */
  | { readonly kind: "malformed"; readonly why: string };

/** What a write answers beside its header. */
export type WriteResponse =
  | Exclude<OpResult, { kind: "range" }>
  | { readonly kind: "compact" }
  | { readonly kind: "memberAttributes" };

/** Is told by the state machine what becomes of the keyspace. */
export interface KeyspaceListener {
  /** A batch was applied: the store's newest changes are there to be looked at. */
  applied(): void;
  /** A snapshot replaced everything: the store is another one. */
  replaced(): void;
}

/** etcd's keyspace and the members' announcements as a replicated state machine. */
export class EtcdStateMachine implements StateMachine<EtcdResult> {
  #store = new MvccStore();
  #members = new Map<string, MemberAttributes>();
  #listener: KeyspaceListener | null = null;

  get store(): MvccStore {
    return this.#store;
  }

  /** What members have announced of themselves, by id. */
  get members(): ReadonlyMap<string, MemberAttributes> {
    return this.#members;
  }

  /** Tells the services of this member, and nobody else, of what is applied. */
  listen(listener: KeyspaceListener): void {
    this.#listener = listener;
  }

  apply(entries: readonly Entry[], each: (entry: Entry, result: EtcdResult) => void): void {
    for (const entry of entries) each(entry, this.#applyOne(entry.data));
    this.#listener?.applied();
  }

  pin(): PinnedView {
    const members = [...this.#members.values()].map(encodeMemberAttributes);
    return new ImageView({ revision: this.#store.revision, changes: this.#store.pin(), members });
  }

  restore(): SnapshotSink {
    return new ImageSink((state) => this.#adopt(state));
  }

  #applyOne(data: Uint8Array): EtcdResult {
    let command: Command | null;
    try {
      command = decodeCommand(data);
    } catch (thrown) {
      if (!(thrown instanceof QuorateError)) throw thrown;
      return { kind: "malformed", why: thrown.message };
    }
    if (command === null) return { kind: "malformed", why: "a command of no known kind" };
    const outcome = this.#execute(command);
    if (typeof outcome === "string") return { kind: "refused", refusal: outcome };
    this.#store.commit();
    return { kind: "done", response: outcome, revision: this.#store.revision };
  }

  /** Checks everything first: a refusal leaves the state as it was. */
  #execute(command: Command): WriteResponse | RequestRefusal {
    const store = this.#store;
    switch (command.kind) {
      case "put":
        return checkPut(store, command) ?? put(store, command);
      case "deleteRange":
        return deleteRange(store, command);
      case "txn": {
        const plan = planTxn(store, command);
        return checkTxn(store, plan) ?? executeTxn(store, plan);
      }
      case "compact":
        if (command.revision <= store.compacted) return "compacted";
        if (command.revision > store.revision) return "futureRevision";
        store.compact(command.revision);
        return { kind: "compact" };
      case "memberAttributes":
        this.#members.set(command.id, command);
        return { kind: "memberAttributes" };
    }
  }

  #adopt({ store, members }: RestoredState): void {
    this.#store = store;
    this.#members = new Map(
      members.map(decodeMemberAttributes).map((member) => [member.id, member]),
    );
    this.#listener?.replaced();
  }
}
