import type { RequestOp, ResponseOp, TxnRequest } from "../etcd/codec/index.ts";
import type { Condition } from "./compare.ts";
import { EtcdError } from "./etcd-error.ts";
import { expected, type Op } from "./op.ts";
import type { CallOptions } from "./rpc.ts";

/** What each operation of a list answers. */
type Ops<Results extends readonly unknown[]> = {
  readonly [Index in keyof Results]: Op<Results[Index]>;
};

/** How a transaction went: the results are those of the branch that was taken. */
export type TxnResult<Then extends readonly unknown[], Else extends readonly unknown[]> =
  | { readonly succeeded: true; readonly revision: number; readonly results: Then }
  | { readonly succeeded: false; readonly revision: number; readonly results: Else };

export interface CommitOptions extends CallOptions {
  /**
   * The transaction does no more when it is made twice, so that it may be sent again when no answer
   * came. Such is one that only reads, without saying so.
   */
  readonly repeatable?: boolean;
}

/** Makes an operation happen. */
export type Perform = <Result>(op: Op<Result>, options: CommitOptions) => Promise<Result>;

interface Parts {
  readonly compare: readonly Condition[];
  readonly success: readonly Op<unknown>[];
  readonly failure: readonly Op<unknown>[];
}

/**
 * A transaction that is being written: if all conditions hold, one list of operations happens, else
 * the other, and nobody sees anything between. Every step answers a new one, with the step added.
 *
 * A transaction is an operation itself, so that it may stand within another.
 */
export class Txn<Then extends readonly unknown[], Else extends readonly unknown[]> implements Op<
  TxnResult<Then, Else>
> {
  readonly #perform: Perform;
  readonly #parts: Parts;

  constructor(perform: Perform, parts: Parts) {
    this.#perform = perform;
    this.#parts = parts;
  }

  /** Conditions that must all hold; without any, the first list happens. */
  if(...conditions: readonly Condition[]): Txn<Then, Else> {
    const { compare, ...lists } = this.#parts;
    return new Txn(this.#perform, { ...lists, compare: [...compare, ...conditions] });
  }

  /** What happens if they hold. It is not called `then`, as that would make it a promise. */
  do<Results extends readonly unknown[]>(
    ...ops: Ops<Results>
  ): Txn<readonly [...Then, ...Results], Else> {
    const { success } = this.#parts;
    return new Txn(this.#perform, { ...this.#parts, success: [...success, ...ops] });
  }

  /** What happens if they do not. */
  else<Results extends readonly unknown[]>(
    ...ops: Ops<Results>
  ): Txn<Then, readonly [...Else, ...Results]> {
    const { failure } = this.#parts;
    return new Txn(this.#perform, { ...this.#parts, failure: [...failure, ...ops] });
  }

  /** @throws {@link EtcdError} */
  commit(options: CommitOptions = {}): Promise<TxnResult<Then, Else>> {
    return this.#perform(this, options);
  }

  get request(): TxnRequest {
    const { compare, success, failure } = this.#parts;
    return {
      kind: "txn",
      compare,
      success: success.map(({ request }) => request),
      failure: failure.map(({ request }) => request),
    };
  }

  result(response: ResponseOp): TxnResult<Then, Else> {
    const { header, succeeded, responses } = expected("txn", response);
    const ops = succeeded ? this.#parts.success : this.#parts.failure;
    if (ops.length !== responses.length) {
      const message = `the server answered ${responses.length} of ${ops.length} operations`;
      throw new EtcdError("INTERNAL", message);
    }
    const results = ops.map((op, i) => op.result(responses[i] as ResponseOp));
    return { succeeded, revision: header.revision, results } as unknown as TxnResult<Then, Else>;
  }
}

/** Whether it changes nothing, in neither branch. */
export function onlyReads(request: RequestOp | null): boolean {
  if (request?.kind !== "txn") return request?.kind === "range";
  return request.success.every(onlyReads) && request.failure.every(onlyReads);
}
