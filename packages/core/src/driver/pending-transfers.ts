import type { TransferFailure } from "../effect.ts";
import { QuorateError } from "../errors.ts";
import type { RequestId } from "../ids.ts";

type Done = (failure: QuorateError | null) => void;

/** Transfers of leadership that were asked of this member; the protocol sees to it that each ends. */
export class PendingTransfers {
  #nextId: RequestId = 1;
  readonly #pending = new Map<RequestId, Done>();

  get count(): number {
    return this.#pending.size;
  }

  add(done: Done): RequestId {
    const id = this.#nextId++;
    this.#pending.set(id, done);
    return id;
  }

  succeeded(id: RequestId): void {
    this.#end(id, null);
  }

  failed(id: RequestId, reason: TransferFailure): void {
    this.#end(id, new QuorateError(reason, TEXTS[reason]));
  }

  failAll(error: QuorateError): void {
    for (const id of this.#pending.keys()) this.#end(id, error);
  }

  #end(id: RequestId, failure: QuorateError | null): void {
    const done = this.#pending.get(id);
    this.#pending.delete(id);
    done?.(failure);
  }
}

const TEXTS = {
  ERR_NOT_LEADER: "this member does not lead",
  ERR_TRANSFEREE: "the member cannot lead: it has no vote, or was not heard of lately",
  ERR_OVERLOADED: "leadership is being handed to another member",
  ERR_LEADER_CHANGED: "another member was elected",
  ERR_TIMEOUT: "the member did not take over in time",
  ERR_UNSUPPORTED: "the protocol elects its leaders and hands leadership to nobody",
} satisfies Record<TransferFailure, string>;
