import type { SimClient } from "../client/sim-client.ts";
import type { Followed } from "../client/wire.ts";
import { hex, type AppliedZxids } from "../truth/applied-zxids.ts";
import type { TreeEvent } from "../truth/tree-history.ts";

/**
 * Whether a client that follows nodes is told all that happens to them, and nothing else, before it is
 * shown what comes of it. What happens between two connections it is not told.
 */
export function checkFollower(
  { name, followed }: SimClient,
  { tree }: AppliedZxids,
): readonly string[] {
  const wrong: string[] = [];
  /** By watch: behind which zxid it tells. */
  const follows = new Map<Followed, number>();
  let told = new Set<string>();
  let shown = 0;
  for (const fact of followed) {
    switch (fact.kind) {
      case "follows":
        follows.set(fact.watch, fact.zxid);
        break;
      case "told":
        told.add(textOf(fact));
        break;
      case "shown": {
        const due = tree
          .eventsIn(shown, fact.zxid)
          .filter((event) => [...follows].some(([watch, from]) => tells(watch, from, event)));
        const expected = new Set(due.map(textOf));
        for (const text of expected) {
          if (!told.has(text))
            wrong.push(`${name} was not told: ${text}, before ${hex(fact.zxid)}`);
        }
        for (const text of told) {
          if (!expected.has(text)) wrong.push(`${name} was told without reason: ${text}`);
        }
        told = new Set();
        shown = Math.max(shown, fact.zxid);
        break;
      }
      case "lost":
        follows.clear();
        told = new Set();
    }
  }
  return wrong;
}

function tells(
  { kind, path }: Followed,
  from: number,
  { zxid, path: at, event }: TreeEvent,
): boolean {
  if (zxid <= from) return false;
  if (kind === "persistent") return at === path;
  const isBelow = path === "/" || at === path || at.startsWith(`${path}/`);
  return isBelow && event !== "children changed";
}

function textOf({ zxid, event, path }: TreeEvent): string {
  return `${path} ${event} at ${hex(zxid)}`;
}
