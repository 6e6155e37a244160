import type { Call, Method } from "../../grpc/index.ts";
import type { EtcdResult } from "../apply/index.ts";
import { ETCD_FAILURES } from "../etcd-failure.ts";
import type { RequestService } from "../../service/request-service.ts";

/** So many election timeouts without a leader are more than an election takes. */
const PATIENCE_ELECTIONS = 3;

/** Whether the client prefers a failure to a member that knows no leader. */
export function wantsLeader(call: Call): boolean {
  return call.metadata("hasleader") === "true";
}

/** The method as it is served to those who want a leader: without one they are refused at once. */
export function leaderRequired(requests: RequestService<EtcdResult>, method: Method): Method {
  const isRefused = (call: Call): boolean => {
    if (!wantsLeader(call) || requests.view().leader !== null) return false;
    call.fail(ETCD_FAILURES.noLeader.code, ETCD_FAILURES.noLeader.message);
    return true;
  };
  if (method.kind === "stream") {
    return {
      kind: "stream",
      handle: (call) => (isRefused(call) ? undefined : method.handle(call)),
    };
  }
  return {
    kind: "unary",
    handle: (request, call) => (isRefused(call) ? undefined : method.handle(request, call)),
  };
}

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
    // Of its own: the same callback may guard several calls.
    const entry = (): void => lost();
    this.#guarded.add(entry);
    return () => void this.#guarded.delete(entry);
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
