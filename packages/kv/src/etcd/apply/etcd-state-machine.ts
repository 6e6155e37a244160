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
import { Alarms } from "../alarm/alarms.ts";
import { LeaseTable } from "../lease/index.ts";
import { ImageView } from "../store/image-view.ts";
import { MvccStore } from "../store/mvcc-store.ts";
import { alarmed, changeAlarms, type AlarmResult } from "./alarm.ts";
import { decodeCommand, type Command } from "./command.ts";
import type { EtcdState } from "./etcd-state.ts";
import type { RequestRefusal } from "./failure.ts";
import { expireLease, grantLease, renewLeases, revokeLease, type LeaseResult } from "./lease.ts";
import { OperationCounts } from "./operation-counts.ts";
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
  | LeaseResult
  | AlarmResult
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
  readonly operations: OperationCounts = new OperationCounts();
  #state: EtcdState = { store: new MvccStore(), leases: new LeaseTable(), alarms: new Alarms() };
  #members = new Map<string, MemberAttributes>();
  #listener: KeyspaceListener | null = null;

  get state(): EtcdState {
    return this.#state;
  }

  get store(): MvccStore {
    return this.#state.store;
  }

  get leases(): LeaseTable {
    return this.#state.leases;
  }

  get alarms(): Alarms {
    return this.#state.alarms;
  }

  /** About the memory that keys with their history, and leases take. */
  get bytes(): number {
    return this.store.bytes + this.leases.bytes;
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
    const { store, leases, alarms } = this.#state;
    return new ImageView({
      revision: store.revision,
      changes: store.pin(),
      leases,
      alarms,
      members,
    });
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
    const { store } = this.#state;
    store.commit();
    this.operations.count(outcome);
    return { kind: "done", response: outcome, revision: store.revision };
  }

  /** Checks everything first: a refusal leaves the state as it was. */
  #execute(command: Command): WriteResponse | RequestRefusal {
    const state = this.#state;
    const { store } = state;
    const refusal = alarmed(state, command);
    if (refusal !== null) return refusal;
    switch (command.kind) {
      case "put":
        return checkPut(state, command) ?? put(store, command);
      case "deleteRange":
        return deleteRange(store, command);
      case "txn": {
        const plan = planTxn(store, command);
        return checkTxn(state, plan) ?? executeTxn(store, plan);
      }
      case "compact":
        if (command.revision <= store.compacted) return "compacted";
        if (command.revision > store.revision) return "futureRevision";
        store.compact(command.revision);
        return { kind: "compact" };
      case "memberAttributes":
        this.#members.set(command.id, command);
        return { kind: "memberAttributes" };
      case "leaseGrant":
        return grantLease(state, command);
      case "leaseRevoke":
        return revokeLease(state, command);
      case "leaseRenew":
        return renewLeases(state, command);
      case "leaseTick":
        state.leases.tick(command.term, command.counted);
        return { kind: "leaseTick" };
      case "leaseExpire":
        return expireLease(state, command);
      case "alarm":
        return changeAlarms(state, command);
    }
  }

  #adopt({ members, ...state }: RestoredState): void {
    this.#state = state;
    this.#members = new Map(
      members.map(decodeMemberAttributes).map((member) => [member.id, member]),
    );
    this.#listener?.replaced();
  }
}
