import { childPath } from "./node-path.ts";
import type { ZooKeeperClient } from "./zookeeper-client.ts";
import { ZooKeeperError } from "./zookeeper-error.ts";

/** A step on the way through a tree: every node is entered before its children and left behind them. */
export interface Visit {
  readonly kind: "enter" | "leave";
  readonly path: string;
}

/** How many siblings are asked for their children at a time. */
const AHEAD = 64;

/**
 * Goes through a node and everything below it, siblings in order, as they are when each is asked for;
 * what vanishes meanwhile is passed over, but not the node itself.
 *
 * @throws `ZooKeeperError`
 */
export async function* walkTree(client: ZooKeeperClient, root: string): AsyncGenerator<Visit> {
  const { children } = await client.getChildren(root);
  const branches = [new Branch(client, root, children)];
  yield { kind: "enter", path: root };
  for (let branch = branches.at(-1); branch !== undefined; branch = branches.at(-1)) {
    const below = await branch.next();
    if (below === null) {
      branches.pop();
      yield { kind: "leave", path: branch.path };
    } else {
      branches.push(below);
      yield { kind: "enter", path: below.path };
    }
  }
}

/** A node whose children are looked at one after the other. */
class Branch {
  readonly path: string;
  readonly #client: ZooKeeperClient;
  readonly #names: readonly string[];
  #asked = 0;
  #ahead: Branch[] = [];

  constructor(client: ZooKeeperClient, path: string, names: readonly string[]) {
    this.#client = client;
    this.path = path;
    this.#names = names.toSorted();
  }

  /** The next child; null behind the last. */
  async next(): Promise<Branch | null> {
    while (this.#ahead.length === 0 && this.#asked < this.#names.length) {
      const names = this.#names.slice(this.#asked, this.#asked + AHEAD);
      this.#asked += names.length;
      const found = await Promise.all(names.map((name) => this.#below(name)));
      this.#ahead = found.filter((branch) => branch !== null);
    }
    return this.#ahead.shift() ?? null;
  }

  async #below(name: string): Promise<Branch | null> {
    const path = childPath(this.path, name);
    try {
      return new Branch(this.#client, path, (await this.#client.getChildren(path)).children);
    } catch (thrown) {
      if (thrown instanceof ZooKeeperError && thrown.code === "NONODE") return null;
      throw thrown;
    }
  }
}
