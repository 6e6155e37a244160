import { isVoter } from "@quorate/core";
import type { ServerFacts } from "./server-facts.ts";

/** What a server that serves is, in ZooKeeper's words. */
export type Mode = "standalone" | "leader" | "follower" | "observer" | "read-only";

export function modeOf({ service, view }: Pick<ServerFacts, "service" | "view">): Mode {
  const { self, isLeader, configurations } = view;
  if (service === "readOnly") return "read-only";
  const { committed } = configurations;
  if (committed.members.length === 1) return "standalone";
  if (isLeader) return "leader";
  return isVoter(committed, self) ? "follower" : "observer";
}

/** What each mode is called while it lasts. */
export const PEER_STATES: Readonly<Record<Mode, string | null>> = {
  standalone: null,
  leader: "leading - broadcast",
  follower: "following - broadcast",
  observer: "observing - broadcast",
  "read-only": null,
};
