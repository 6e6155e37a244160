import type { ClientStream } from "../../../zookeeper/server/index.ts";
import type { MemberProcess } from "../member-process.ts";
import { GatedStream } from "./gated-stream.ts";

/**
 * Where clients' connections come in. It stays while the member's processes come and go: what comes
 * waits while the process is paused, and breaks when it dies.
 */
export class StreamGate {
  readonly #open = new Set<ClientStream>();
  #inside: { readonly process: MemberProcess; accept(stream: ClientStream): void } | null = null;

  /** From now on this takes clients, in this process. */
  open(process: MemberProcess, accept: (stream: ClientStream) => void): void {
    this.#inside = { process, accept };
  }

  /** A client has come. */
  admit(outer: ClientStream): void {
    const inside = this.#inside;
    if (inside === null) return outer.destroy();
    this.#open.add(outer);
    const stream = new GatedStream(outer, inside.process, () => this.#open.delete(outer));
    inside.process.schedule(0, () => inside.accept(stream));
  }

  /** From now on there is nobody, and all connections break, as the kernel ends those of a dead process. */
  close(): void {
    this.#inside = null;
    for (const stream of this.#open) stream.destroy();
  }
}
