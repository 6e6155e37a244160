import { Changes } from "./changes.ts";
import { exchangesOf } from "./exchanges.ts";
import type { ClientHistory, Fact, Watch, ZnodeRequest } from "./facts.ts";
import { WatchBook, watchLeftBy } from "./watch-book.ts";

/** What a watch waits for. */
interface Awaited {
  readonly watch: Watch;
  /** The zxid at which it was left. */
  readonly leftAt: number;
  /** By which it must have told of a change; null: nobody knows of one. */
  readonly due: number | null;
}

/**
 * Whether each watch told its client of the change that it waited for, once, and before the client was
 * answered anything at the zxid of that change or behind it, on whichever connection. Where every client
 * asks for something at the end, a watch that never fired is found here as well.
 */
export function judgeWatches(histories: readonly ClientHistory[]): readonly string[] {
  const changes = new Changes(histories.flatMap(exchangesOf));
  return histories.flatMap((history) => {
    const judge = new WatchJudge(history.client, changes);
    for (const fact of history.facts) judge.take(fact);
    return judge.wrong;
  });
}

/** Follows one client. */
class WatchJudge {
  readonly wrong: string[] = [];
  readonly #client: string;
  readonly #changes: Changes;
  readonly #asked = new Map<number, ZnodeRequest>();
  readonly #book = new WatchBook<Awaited>();
  /** Since the last answer; the next one has a zxid at which it has happened. */
  #told: { readonly what: string; readonly fired: readonly Awaited[] }[] = [];

  constructor(client: string, changes: Changes) {
    this.#client = client;
    this.#changes = changes;
  }

  take(fact: Fact): void {
    switch (fact.kind) {
      case "asked":
        this.#asked.set(fact.number, fact.request);
        break;
      case "answered":
        this.#answered(fact);
        break;
      case "told":
        this.#tell(fact);
        break;
      case "disconnected":
        this.#told = [];
        break;
      case "expired":
        this.#book.clear();
        break;
      case "connected":
        break;
    }
  }

  #answered({ number, zxid, result }: Extract<Fact, { kind: "answered" }>): void {
    for (const { what, fired } of this.#told.splice(0)) {
      const isFounded = fired.some(({ due }) => due !== null && due <= zxid);
      if (!isFounded) this.wrong.push(`${what}, and nothing had happened to it`);
    }
    const request = this.#asked.get(number);
    if (request?.kind === "setWatches") this.#resume(zxid);
    for (const { note } of this.#book.all) {
      if (note.due === null || note.due > zxid) continue;
      const { kind, path } = note.watch;
      this.wrong.push(
        `${this.#client}: request ${number} was answered at zxid ${zxid}, and the ${kind} watch of ${path}, ` +
          `left at ${note.leftAt}, had not told what happened by ${note.due}`,
      );
      this.#book.drop(note.watch);
    }
    const watch = request === undefined ? null : watchLeftBy(request, result);
    if (watch !== null) this.#arm(watch, zxid);
  }

  #tell({ event, path }: Extract<Fact, { kind: "told" }>): void {
    const what = `${this.#client}: told of ${path}, ${event}`;
    const fired = this.#book.fire(event, path);
    if (fired.length === 0) this.wrong.push(`${what}, which it does not watch`);
    else if (!fired.some(({ watch }) => this.#changes.mayHaveChanged(path, watchedIn(watch)))) {
      this.#told.push({ what, fired });
    }
  }

  /**
   * Watches were taken along to another connection. Of a node that was created while its client was
   * away, and is gone again, ZooKeeper does not tell who waits for it.
   */
  #resume(zxid: number): void {
    for (const { watch } of this.#book.all) {
      if (watch.kind !== "exist" || this.#changes.isThere(watch.path, zxid) === true) continue;
      this.#book.drop(watch);
      this.#arm(watch, zxid);
    }
  }

  #arm(watch: Watch, leftAt: number): void {
    this.#book.arm(watch, { watch, leftAt, due: dueOf(watch, leftAt, this.#changes) });
  }
}

function dueOf(watch: Watch, leftAt: number, changes: Changes): number | null {
  const change = changes.nextAfter(watch.path, watchedIn(watch), leftAt);
  // Whoever watches a node that is there is told of its end, of which others may know only that it came.
  const absence = watch.kind === "exist" ? null : changes.nextAbsence(watch.path, leftAt);
  return change === null || absence === null ? (change ?? absence) : Math.min(change, absence);
}

function watchedIn({ kind }: Watch): "node" | "children" {
  return kind === "children" ? "children" : "node";
}
