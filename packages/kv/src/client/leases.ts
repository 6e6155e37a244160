import {
  decodeHeaderAlone,
  decodeLeaseAnswer,
  decodeLeaseList,
  decodeLeaseTimeToLiveAnswer,
  encodeLeaseGrant,
  encodeLeaseRevoke,
  encodeLeaseTimeToLive,
  type LeaseTimeToLiveAnswer,
} from "../etcd/codec/index.ts";
import type { CallOptions, ClientMethod, Rpc } from "./rpc.ts";

/** A lease as the server gave it. */
export interface GrantedLease {
  readonly id: bigint;
  readonly ttlSeconds: number;
}

/** How a lease stands. */
export interface LeaseStanding {
  /** How long it is still held if nobody renews it. */
  readonly remainingSeconds: number;
  /** For how long it was granted. */
  readonly grantedSeconds: number;
  /** The keys that end with it, if they were asked for. */
  readonly keys: readonly Uint8Array[];
}

// A grant whose answer was lost is a lease that ends by itself.
const GRANT = lease("LeaseGrant", true, decodeLeaseAnswer);
const REVOKE = lease("LeaseRevoke", true, decodeHeaderAlone);
const TIME_TO_LIVE = lease("LeaseTimeToLive", true, decodeLeaseTimeToLiveAnswer);
const LIST = lease("LeaseLeases", true, decodeLeaseList);
const NOTHING = new Uint8Array(0);

/** Leases by their ids, whoever holds them. */
export class Leases {
  readonly #rpc: Rpc;

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
  }

  /** Asks for a lease that nobody keeps alive: it ends when its time is over. */
  async grant(ttlSeconds: number, options: CallOptions = {}): Promise<GrantedLease> {
    const request = encodeLeaseGrant({ ttlSeconds, id: 0n });
    const { id, ttlSeconds: granted } = await this.#rpc.call(GRANT, request, options);
    return { id, ttlSeconds: granted };
  }

  /** Ends a lease and deletes its keys; fails with the reason `leaseNotFound` if there is none. */
  async revoke(id: bigint, options: CallOptions = {}): Promise<void> {
    await this.#rpc.call(REVOKE, encodeLeaseRevoke(id), options);
  }

  /** How a lease stands; null when there is none. */
  async timeToLive(
    id: bigint,
    options: CallOptions & { readonly keys?: boolean } = {},
  ): Promise<LeaseStanding | null> {
    const request = encodeLeaseTimeToLive({ id, keys: options.keys ?? false });
    const answer: LeaseTimeToLiveAnswer = await this.#rpc.call(TIME_TO_LIVE, request, options);
    const { ttlSeconds: remainingSeconds, grantedSeconds, keys } = answer;
    return remainingSeconds < 0 ? null : { remainingSeconds, grantedSeconds, keys };
  }

  /** The ids of all leases. */
  list(options: CallOptions = {}): Promise<readonly bigint[]> {
    return this.#rpc.call(LIST, NOTHING, options);
  }
}

function lease<Answer>(
  name: string,
  repeatable: boolean,
  decode: (bytes: Uint8Array) => Answer,
): ClientMethod<Answer> {
  return { path: `/etcdserverpb.Lease/${name}`, repeatable, decode };
}
