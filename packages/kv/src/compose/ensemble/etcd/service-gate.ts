import { STATUS, type Call, type Method, type Services } from "../../../grpc/index.ts";
import { GatedStreamCall, GatedUnaryCall, type OpenCall } from "./gated-call.ts";
import type { MemberProcess } from "../member-process.ts";
import type { Timeline } from "../timeline.ts";

/**
 * Where clients come in. It stays while the member's processes come and go: a call waits while the
 * process is paused, breaks when it dies, and finds nobody while there is none.
 */
export class ServiceGate {
  readonly #timeline: Timeline;
  readonly #services = new Map<string, Method>();
  readonly #open = new Set<OpenCall>();
  #inside: { readonly process: MemberProcess; readonly services: Services } | null = null;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  /** What clients call; empty until the gate was opened once. */
  get services(): Services {
    return this.#services;
  }

  /** From now on these services are called, in this process. */
  open(process: MemberProcess, services: Services): void {
    this.#inside = { process, services };
    for (const [path, { kind }] of services) {
      if (!this.#services.has(path)) this.#services.set(path, this.#method(path, kind));
    }
  }

  /** From now on there is nobody, and who was being served finds the connection broken. */
  close(): void {
    this.#inside = null;
    for (const call of this.#open) call.breakOff();
  }

  #method(path: string, kind: Method["kind"]): Method {
    if (kind === "unary") {
      return {
        kind,
        handle: (request, outer) => {
          const served = this.#serving(path);
          if (served?.method.kind !== "unary") return this.#refuse(outer);
          const { handle } = served.method;
          const call = new GatedUnaryCall(outer, served.process, this.#open);
          call.enter(() => handle(request, call));
        },
      };
    }
    return {
      kind,
      handle: (outer) => {
        const served = this.#serving(path);
        if (served?.method.kind !== "stream") return this.#refuse(outer);
        const { handle } = served.method;
        const call = new GatedStreamCall(outer, served.process, this.#open);
        call.enter(() => handle(call));
      },
    };
  }

  /** In a turn of its own: who tries again at once must not keep all others from theirs. */
  #refuse(outer: Call): void {
    this.#timeline.after(0, () =>
      outer.fail(STATUS.unavailable, "connection refused: the member is down"),
    );
  }

  #serving(path: string): { readonly process: MemberProcess; readonly method: Method } | null {
    const method = this.#inside?.services.get(path);
    return this.#inside === null || method === undefined
      ? null
      : { process: this.#inside.process, method };
  }
}
