/** Why a lease is held no more. */
export type LeaseLoss =
  /** It was not renewed in time, or nobody can know any more that it was. */
  | "expired"
  /** The server does not know it: it has ended it, or somebody has revoked it. */
  | "unknown to the server"
  /** `revoke` was called. */
  | "revoked"
  /** Its client was closed, and renews it no more. */
  | "abandoned";

/** A lease is held no more, and nothing that was held under it either. */
export class LeaseLostError extends Error {
  override readonly name = "LeaseLostError";
  readonly lease: bigint;
  readonly why: LeaseLoss;

  constructor(lease: bigint, why: LeaseLoss) {
    super(`lease ${lease.toString(16)} is lost: ${why}`);
    this.lease = lease;
    this.why = why;
  }
}
