import { Changes } from "./changes.ts";
import { exchangesOf } from "./exchanges.ts";
import type { ClientHistory, Watch, ZnodeRequest } from "./facts.ts";
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
  return histories.flatMap((history) => judgeClient(history, changes));
}

function judgeClient({ client, facts }: ClientHistory, changes: Changes): readonly string[] {
  const wrong: string[] = [];
  const asked = new Map<number, ZnodeRequest>();
  const book = new WatchBook<Awaited>();
  for (const fact of facts) {
    switch (fact.kind) {
      case "asked":
        asked.set(fact.number, fact.request);
        break;
      case "answered": {
        const { number, zxid, result } = fact;
        const request = asked.get(number);
        if (request?.kind === "setWatches") resume(book, changes, zxid);
        for (const { note } of book.all) {
          if (note.due === null || note.due > zxid) continue;
          const { kind, path } = note.watch;
          wrong.push(
            `${client}: request ${number} was answered at zxid ${zxid}, and the ${kind} watch of ${path}, ` +
              `left at ${note.leftAt}, had not told what happened by ${note.due}`,
          );
          book.drop(note.watch);
        }
        const watch = request === undefined ? null : watchLeftBy(request, result);
        if (watch === null) break;
        const due = dueOf(watch, zxid, changes);
        book.arm(watch, { watch, leftAt: zxid, due });
        break;
      }
      case "told": {
        const { event, path } = fact;
        const fired = book.fire(event, path);
        if (fired.length === 0)
          wrong.push(`${client}: told of ${path}, ${event}, which it does not watch`);
        const isFounded = fired.some(
          ({ watch, due }) => due !== null || changes.mayHaveChanged(path, watchedIn(watch)),
        );
        if (fired.length > 0 && !isFounded) {
          wrong.push(`${client}: told of ${path}, ${event}, and nothing happened to it`);
        }
        break;
      }
      case "expired":
        book.clear();
        break;
      case "connected":
      case "disconnected":
        break;
    }
  }
  return wrong;
}

/**
 * Watches were taken along to another connection. Of a node that was created while its client was away,
 * and is gone again, ZooKeeper does not tell who waits for it.
 */
function resume(book: WatchBook<Awaited>, changes: Changes, zxid: number): void {
  for (const { watch } of book.all) {
    if (watch.kind !== "exist" || changes.isThere(watch.path, zxid) === true) continue;
    book.drop(watch);
    book.arm(watch, { watch, leftAt: zxid, due: dueOf(watch, zxid, changes) });
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
