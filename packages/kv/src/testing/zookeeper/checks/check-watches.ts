import { type ClientHistory, type Watch, type ZnodeRequest } from "../../sessions/facts.ts";
import { WatchBook, watchLeftBy } from "../../sessions/watch-book.ts";
import { hex, type AppliedZxids } from "../truth/applied-zxids.ts";
import type { TreeHistory } from "../truth/tree-history.ts";

/** A watch, and what its client had seen of the node when it was left. */
interface Left {
  readonly watch: Watch;
  leftAt: number;
}

/**
 * Whether each watch told of the first change behind it, before its client was answered anything at the
 * zxid of that change or later, and whether it told of nothing else. One that is left again on another
 * connection tells at once of what has changed meanwhile, as far as the node shows it.
 */
export function checkWatches(
  histories: readonly ClientHistory[],
  { tree }: AppliedZxids,
): readonly string[] {
  return histories.flatMap((history) => new ClientWatches(history.client, tree).check(history));
}

class ClientWatches {
  readonly #client: string;
  readonly #tree: TreeHistory;
  readonly #left = new WatchBook<Left>();
  readonly #wrong: string[] = [];
  /** Whether they are left at the server that the client is connected to. */
  #areLeft = true;

  constructor(client: string, tree: TreeHistory) {
    this.#client = client;
    this.#tree = tree;
  }

  check({ facts }: ClientHistory): readonly string[] {
    const asked = new Map<number, ZnodeRequest>();
    let session = 0n;
    for (const fact of facts) {
      switch (fact.kind) {
        case "asked":
          asked.set(fact.number, fact.request);
          break;
        case "answered": {
          const request = asked.get(fact.number);
          if (request?.kind === "setWatches") this.#leftAgain(request.seen, fact.zxid);
          else if (this.#areLeft) this.#revealed(fact.number, fact.zxid);
          const watch = request === undefined ? null : watchLeftBy(request, fact.result);
          if (watch !== null) this.#left.arm(watch, { watch, leftAt: fact.zxid });
          if (request?.kind === "close") this.#left.clear();
          break;
        }
        case "told": {
          const { event, path } = fact;
          const fired = this.#left.fire(event, path);
          const isFounded = fired.some(
            ({ watch, leftAt }) => this.#tree.nextFor(watch.kind, path, leftAt) !== null,
          );
          // Who watched data and children of a node that is gone is told so twice when it comes back.
          const isTwice = event === "deleted" && fired.length === 0 && !this.#areLeft;
          if (!isFounded && !isTwice)
            this.#wrong.push(`${this.#client} was told of ${path}, ${event}, without reason`);
          break;
        }
        case "expired":
          this.#left.clear();
          break;
        case "connected":
          if (fact.session !== session) this.#left.clear();
          ({ session } = fact);
          this.#areLeft = this.#left.all.length === 0;
          break;
        case "disconnected":
      }
    }
    return this.#wrong;
  }

  /** An answer that shows the state at the zxid: everything up to it must have been told. */
  #revealed(number: number, zxid: number): void {
    for (const { note } of this.#left.all) {
      const { watch, leftAt } = note;
      const due = this.#tree.nextFor(watch.kind, watch.path, leftAt);
      if (due === null || due > zxid) continue;
      this.#missed(watch, `${hex(due)}, though request ${number} was answered at ${hex(zxid)}`);
      note.leftAt = Infinity;
    }
  }

  /** What has changed since the client saw it last was to be told before the answer. */
  #leftAgain(seen: number, zxid: number): void {
    this.#areLeft = true;
    for (const { note } of this.#left.all) {
      const { watch, leftAt } = note;
      if (this.#hasChanged(watch, seen, zxid)) {
        this.#missed(watch, `what changed from ${hex(seen)} to ${hex(zxid)}, when left again`);
      }
      note.leftAt = Math.max(leftAt, zxid);
    }
  }

  #hasChanged({ kind, path }: Watch, seen: number, zxid: number): boolean {
    const node = this.#tree.at(path, zxid);
    if (kind === "exist") return node !== null;
    return node === null || (kind === "data" ? node.mzxid : node.pzxid) > seen;
  }

  #missed({ kind, path }: Watch, what: string): void {
    this.#wrong.push(`${this.#client}'s ${kind} watch of ${path} did not tell of ${what}`);
  }
}
