import type { Index } from "@quorate/core";
import type { SessionId } from "../codec/session-id.ts";
import type { Znode } from "./znode.ts";

/** The nodes that go by themselves: each with its session, or when nobody needs it any more. */
export class MortalNodes {
  readonly #bySession = new Map<Index, Set<Znode>>();
  readonly #unowned = new Set<Znode>();
  #ephemeralCount = 0;

  get ephemeralCount(): number {
    return this.#ephemeralCount;
  }

  /** Containers and nodes with a time to live. */
  get unowned(): ReadonlySet<Znode> {
    return this.#unowned;
  }

  /** In the order of their creation. */
  of({ birth }: SessionId): ReadonlySet<Znode> {
    return this.#bySession.get(birth) ?? NONE;
  }

  add(node: Znode): void {
    const { kind } = node;
    if (kind.kind === "persistent") return;
    if (kind.kind !== "ephemeral") {
      this.#unowned.add(node);
      return;
    }
    this.#ephemeralCount++;
    const { birth } = kind.session;
    const others = this.#bySession.get(birth);
    if (others === undefined) this.#bySession.set(birth, new Set([node]));
    else others.add(node);
  }

  delete(node: Znode): void {
    const { kind } = node;
    if (kind.kind === "persistent") return;
    if (kind.kind !== "ephemeral") {
      this.#unowned.delete(node);
      return;
    }
    this.#ephemeralCount--;
    const { birth } = kind.session;
    const others = this.#bySession.get(birth);
    others?.delete(node);
    if (others?.size === 0) this.#bySession.delete(birth);
  }
}

const NONE: ReadonlySet<Znode> = new Set();
