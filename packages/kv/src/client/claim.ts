import type { EtcdClient } from "./etcd-client.ts";
import type { Lease } from "./lease.ts";
import type { Place, Queue } from "./queue.ts";

/** Under what a lock or a leadership is held. */
export type HeldUnder =
  /** A lease of its own, for so many seconds; 30 if nothing is said. */
  | { readonly ttlSeconds?: number; readonly lease?: never }
  /** A lease that other things may be held under, too. */
  | { readonly lease: Lease; readonly ttlSeconds?: never };

export type ClaimOptions = HeldUnder & {
  /** Ends the waiting with its reason. */
  readonly signal?: AbortSignal | undefined;
};

/** Somebody on the way to the first place of a queue, or there. */
export interface Claim {
  readonly lease: Lease;
  /** The lease is for this claim alone, and ends with it. */
  readonly isOwn: boolean;
  /** Aborted when nobody waits any more, for whichever reason. */
  readonly signal: AbortSignal;
}

const TTL_SECONDS = 30;

export async function claim(client: EtcdClient, options: ClaimOptions): Promise<Claim> {
  const { ttlSeconds = TTL_SECONDS, signal } = options;
  signal?.throwIfAborted();
  const lease = options.lease ?? (await client.lease(ttlSeconds, { signal }));
  return {
    lease,
    isOwn: options.lease === undefined,
    signal: signal === undefined ? lease.lost : AbortSignal.any([signal, lease.lost]),
  };
}

/** Leaves the place, if there is one, for the next. */
export async function giveUp(queue: Queue, { isOwn, lease }: Claim, place: Place): Promise<void> {
  if (isOwn) await lease.revoke();
  else await queue.leave(place);
}

/** As `giveUp`, when nobody is there to hear of a failure: the place ends with the lease in any case. */
export function abandon(queue: Queue, { isOwn, lease }: Claim, place: Place | null): void {
  const ignore = (): void => undefined;
  if (isOwn) lease.revoke().catch(ignore);
  else if (place !== null) queue.leave(place).catch(ignore);
}
