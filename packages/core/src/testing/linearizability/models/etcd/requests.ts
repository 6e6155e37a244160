/** The key, and where there is an end, all keys from it up to the end; "\0" ends behind all keys. */
export interface EtcdKeys {
  readonly key: string;
  readonly end: string | null;
}

export function isIn({ key, end }: EtcdKeys, other: string): boolean {
  if (end === null) return other === key;
  return other >= key && (end === "\0" || other < end);
}

/** A linearizable read of the newest revision, of everything in the range. */
export interface EtcdRange extends EtcdKeys {
  readonly kind: "range";
}

export interface EtcdPut {
  readonly kind: "put";
  readonly key: string;
  readonly value: string;
}

export interface EtcdDelete extends EtcdKeys {
  readonly kind: "delete";
}

/** Holds where the target equals this. What is not there has zeros, and no value. */
export type EtcdCompare =
  | { readonly target: "value"; readonly key: string; readonly value: string }
  | {
      readonly target: "version" | "createRevision" | "modRevision";
      readonly key: string;
      readonly number: number;
    };

export type EtcdAction = EtcdRange | EtcdPut | EtcdDelete;

export interface EtcdTxn {
  readonly kind: "txn";
  readonly compare: readonly EtcdCompare[];
  readonly success: readonly EtcdAction[];
  readonly failure: readonly EtcdAction[];
}

/**
 * A request of etcd's KV service. Keys have a character per byte, so that they are in etcd's order. A
 * put or a deletion that asks for what was there before is a transaction with a range in front.
 */
export type EtcdRequest = EtcdAction | EtcdTxn;

export interface EtcdKeyValue {
  readonly key: string;
  readonly value: string;
  readonly version: number;
  readonly createRevision: number;
  readonly modRevision: number;
}

export type EtcdActionResult =
  | { readonly kind: "range"; readonly kvs: readonly EtcdKeyValue[] }
  | { readonly kind: "put" }
  | { readonly kind: "delete"; readonly deleted: number };

export type EtcdResult =
  | EtcdActionResult
  | {
      readonly kind: "txn";
      readonly succeeded: boolean;
      readonly results: readonly EtcdActionResult[];
    };

export interface EtcdAnswer {
  /** Of the response's header; null where the client did not keep it. */
  readonly revision: number | null;
  readonly result: EtcdResult;
}

/** An action that was carried out. */
export interface Executed {
  readonly action: EtcdAction;
  readonly result: EtcdActionResult;
}

/** Every action that a request may carry out. */
export function actionsOf(request: EtcdRequest): readonly EtcdAction[] {
  return request.kind === "txn" ? [...request.success, ...request.failure] : [request];
}

/** The actions that a request did carry out. */
export function executedBy(request: EtcdRequest, result: EtcdResult): readonly Executed[] {
  const succeeded = result.kind === "txn" && result.succeeded;
  const results = result.kind === "txn" ? result.results : [result];
  const actions =
    request.kind !== "txn" ? [request] : succeeded ? request.success : request.failure;
  return actions.flatMap((action, i) => {
    const its = results[i];
    return its === undefined ? [] : { action, result: its };
  });
}

/** Whether it left the keyspace as it was. */
export function isRead({ action, result }: Executed): boolean {
  return action.kind === "range" || (result.kind === "delete" && result.deleted === 0);
}
