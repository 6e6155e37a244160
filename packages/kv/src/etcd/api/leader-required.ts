import type { Call, GrpcStatus, Method, StreamCall } from "../../grpc/index.ts";
import { ETCD_FAILURES } from "../etcd-failure.ts";
import { refused, type EtcdMember } from "./etcd-member.ts";
import type { LeaderGuard } from "./leader-guard.ts";

/** Whether the client prefers a failure to a member that knows no leader. */
function wantsLeader(call: Call): boolean {
  return call.metadata("hasleader") === "true";
}

/**
 * The method as it is served to those who want a leader: without one they are refused at once, and what
 * goes on and on ends.
 */
export function leaderRequired({ requests, leaderGuard }: EtcdMember, method: Method): Method {
  const isRefused = (call: Call): boolean =>
    wantsLeader(call) && refused(call, requests.view().leader === null ? "noLeader" : null);
  if (method.kind === "stream") {
    return {
      kind: "stream",
      handle: (call) => {
        if (isRefused(call)) return;
        method.handle(wantsLeader(call) ? new GuardedCall(call, leaderGuard) : call);
      },
    };
  }
  return {
    kind: "unary",
    handle: (request, call) => (isRefused(call) ? undefined : method.handle(request, call)),
  };
}

/** A call that ends when there was no leader for too long; for its handler, as if it were cancelled. */
class GuardedCall implements StreamCall {
  readonly #call: StreamCall;
  readonly #release: () => void;
  #isLeaderless = false;
  #onCancel: () => void = () => {};

  constructor(call: StreamCall, guard: LeaderGuard) {
    this.#call = call;
    this.#release = guard.guard(() => {
      const { code, message } = ETCD_FAILURES.noLeader;
      this.#isLeaderless = true;
      call.fail(code, message);
      this.#onCancel();
    });
    call.onCancel(() => {
      this.#release();
      this.#onCancel();
    });
  }

  get path(): string {
    return this.#call.path;
  }

  get deadlineMs(): number | null {
    return this.#call.deadlineMs;
  }

  get cancelled(): boolean {
    return this.#isLeaderless || this.#call.cancelled;
  }

  metadata(name: string): string | undefined {
    return this.#call.metadata(name);
  }

  onCancel(callback: () => void): void {
    this.#onCancel = callback;
  }

  onMessage(callback: (message: Uint8Array) => void): void {
    this.#call.onMessage(callback);
  }

  onHalfClose(callback: () => void): void {
    this.#call.onHalfClose(callback);
  }

  onDrain(callback: () => void): void {
    this.#call.onDrain(callback);
  }

  send(message: Uint8Array): boolean {
    return this.#call.send(message);
  }

  sendWith(size: number, write: (into: Uint8Array, offset: number) => void): boolean {
    return this.#call.sendWith(size, write);
  }

  fail(code: GrpcStatus, message: string): void {
    this.#release();
    this.#call.fail(code, message);
  }

  end(): void {
    this.#release();
    this.#call.end();
  }
}
