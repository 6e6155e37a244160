import type { Stat } from "./stat.ts";
import type { LeftWatch } from "./watches.ts";
import type { ZooKeeperClient } from "./zookeeper-client.ts";
import { ZooKeeperError } from "./zookeeper-error.ts";

/** What is watched of a node; the first three by watches that fire once and are then left again. */
export type WatchKind = "data" | "exists" | "children" | "persistent" | "recursive";

/** What a node was like when a watch was left on it. */
export type Seen =
  | { readonly kind: "unknown" }
  | { readonly kind: "missing" }
  | { readonly kind: "looked"; readonly stat: Stat }
  | { readonly kind: "node"; readonly stat: Stat; readonly data: Uint8Array | null }
  | { readonly kind: "parent"; readonly stat: Stat; readonly children: readonly string[] };

/** Watches one node, again and again. */
export class Watching {
  readonly #path: string;
  readonly #kind: WatchKind;
  #left: LeftWatch | null = null;

  constructor(path: string, kind: WatchKind) {
    this.#path = path;
    this.#kind = kind;
  }

  /** For a server that the session comes to. */
  get left(): LeftWatch | null {
    return this.#left;
  }

  /** @throws `ZooKeeperError`, also when what is to be read is not there */
  async begin(client: ZooKeeperClient): Promise<Seen> {
    const path = this.#path;
    switch (this.#kind) {
      case "persistent":
      case "recursive":
        await client.addWatch(path, this.#kind);
        this.#left = { list: this.#kind, path };
        return { kind: "unknown" };
      case "exists":
        return this.#look(client);
      case "data": {
        const { data, stat } = await client.getData(path, true);
        this.#left = { list: "data", path };
        return { kind: "node", stat, data };
      }
      case "children": {
        const { children, stat } = await client.getChildren(path, true);
        this.#left = { list: "child", path };
        return { kind: "parent", stat, children };
      }
    }
  }

  /** Leaves the watch again once it has fired; where the node is gone, one for its return. */
  async goOn(client: ZooKeeperClient): Promise<Seen> {
    if (this.#kind === "persistent" || this.#kind === "recursive") return { kind: "unknown" };
    for (;;) {
      try {
        return await this.begin(client);
      } catch (thrown) {
        if (!(thrown instanceof ZooKeeperError) || thrown.code !== "NONODE") throw thrown;
      }
      const seen = await this.#look(client);
      if (seen.kind === "missing") return seen;
    }
  }

  async #look(client: ZooKeeperClient): Promise<Seen> {
    const path = this.#path;
    try {
      const stat = await client.exists(path, true);
      this.#left = { list: "data", path };
      return { kind: "looked", stat };
    } catch (thrown) {
      if (!(thrown instanceof ZooKeeperError) || thrown.code !== "NONODE") throw thrown;
      this.#left = { list: "exist", path };
      return { kind: "missing" };
    }
  }
}
