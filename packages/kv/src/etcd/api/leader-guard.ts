import type { EtcdResult } from "../apply/index.ts";
import type { RequestService } from "../../service/request-service.ts";

/** So many election timeouts without a leader are more than an election takes. */
const PATIENCE_ELECTIONS = 3;

/**
 * Ends calls that go on and on when there is no leader, for clients that want it so: cut off with
 * this member they would hear nothing, while another member could serve them.
 */
export class LeaderGuard {
  readonly #requests: RequestService<EtcdResult>;
  readonly #patienceMillis: number;
  readonly #guarded = new Set<() => void>();
  #leaderlessSince: number | null = null;

  constructor(requests: RequestService<EtcdResult>, electionMillis: number) {
    this.#requests = requests;
    this.#patienceMillis = PATIENCE_ELECTIONS * electionMillis;
  }

  /** Calls back when there was no leader for too long. Returns how to stop it. */
  guard(lost: () => void): () => void {
    this.#guarded.add(lost);
    return () => void this.#guarded.delete(lost);
  }

  /** To be called often. */
  tick(): void {
    if (this.#requests.view().leader !== null) {
      this.#leaderlessSince = null;
      return;
    }
    const now = this.#requests.now();
    this.#leaderlessSince ??= now;
    if (now - this.#leaderlessSince < this.#patienceMillis) return;
    for (const lost of this.#guarded) {
      this.#guarded.delete(lost);
      lost();
    }
  }
}
