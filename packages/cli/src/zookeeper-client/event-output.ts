import { createColors } from "picocolors";
import { bytesField } from "../keys/printable.ts";
import type { Output } from "../terminal/terminal.ts";
import { hex, statJson } from "./stat-text.ts";
import type { WatcherEvent } from "./watcher-event.ts";
import type { Seen } from "./watching.ts";

/** An event, and what the node is like behind it, as a line for people. */
export function eventText(
  { name, path, zxid }: WatcherEvent,
  before: Seen,
  after: Seen,
  { colours }: Output,
): string {
  const { green, red, yellow, cyan, dim } = createColors(colours);
  const paint =
    name === "NodeCreated"
      ? green
      : name === "NodeDeleted"
        ? red
        : name === "NodeDataChanged"
          ? yellow
          : cyan;
  const details = [...(zxid === null ? [] : [`zxid=${hex(zxid)}`]), ...seenText(before, after)];
  return `${[paint(name), path, ...details.map(dim)].join(" ")}\n`;
}

/** The same for programs. */
export function eventJson({ name, path, zxid }: WatcherEvent, before: Seen, after: Seen): object {
  const change = zxid === null ? {} : { zxid: hex(zxid) };
  const moved = after.kind === "parent" ? movesOf(before, after.children) : {};
  return { event: name, path, ...change, ...seenJson(after), ...moved };
}

/** What a watch showed when it was left, for programs. */
export function seenJson(seen: Seen): object {
  switch (seen.kind) {
    case "unknown":
      return {};
    case "missing":
      return { stat: null };
    case "looked":
      return { stat: statJson(seen.stat) };
    case "node": {
      const content = seen.data === null ? { data: null } : bytesField("data", seen.data);
      return { stat: statJson(seen.stat), ...content };
    }
    case "parent":
      return { stat: statJson(seen.stat), children: seen.children.toSorted() };
  }
}

function seenText(before: Seen, after: Seen): readonly string[] {
  switch (after.kind) {
    case "unknown":
    case "missing":
      return [];
    case "looked":
    case "node":
      return [`version=${after.stat.version}`];
    case "parent": {
      const { added, removed } = movesOf(before, after.children);
      return [...added.map((name) => `+${name}`), ...removed.map((name) => `-${name}`)];
    }
  }
}

/** The children that came and went. */
function movesOf(
  before: Seen,
  after: readonly string[],
): { readonly added: readonly string[]; readonly removed: readonly string[] } {
  const earlier = new Set(before.kind === "parent" ? before.children : []);
  const later = new Set(after);
  return {
    added: [...later].filter((name) => !earlier.has(name)).toSorted(),
    removed: [...earlier].filter((name) => !later.has(name)).toSorted(),
  };
}
