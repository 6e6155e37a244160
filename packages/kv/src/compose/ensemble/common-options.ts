import { QuorateError } from "@quorate/core";
import { SILENT, type MemberLog } from "../member-log.ts";

/** What an ensemble is started with, whatever it serves. */
export interface CommonEnsembleOptions {
  /** How many; 3 when left out. */
  readonly members?: number;
  /**
   * - `"real"`, when left out: time passes as it does.
   * - `"manual"`: time passes only when the ensemble's `advance` or what says that it waits lets it. It
   *   costs nothing then.
   */
  readonly clock?: "real" | "manual";
  /** Decides who campaigns when; 1 when left out. */
  readonly seed?: number;
  /** A member takes a snapshot when so many entries were applied since the last; 10,000 when left out. */
  readonly snapshotEntries?: number;
  /** Gets what the members log, each line with the member's name. Nobody does when it is left out. */
  readonly log?: MemberLog;
}

/** The options with nothing left out. */
export type CommonEnsembleSettings = Required<CommonEnsembleOptions>;

/** Options of which some may be named and left out all the same. */
type Given<Options> = { readonly [Name in keyof Options]?: Options[Name] | undefined };

/** A majority of more is slower, and no safer. */
const MEMBERS_MAX = 9;

/** @throws `ERR_CONFIGURATION` naming the option */
export function commonSettings({
  members = 3,
  clock = "real",
  seed = 1,
  snapshotEntries = 10_000,
  log = SILENT,
}: Given<CommonEnsembleOptions>): CommonEnsembleSettings {
  if (!Number.isInteger(members) || members < 1 || members > MEMBERS_MAX) {
    refuse("members", members, `a whole number from 1 to ${MEMBERS_MAX}`);
  }
  if (clock !== "real" && clock !== "manual") refuse("clock", clock, '"real" or "manual"');
  if (!Number.isSafeInteger(seed)) refuse("seed", seed, "a whole number");
  if (!Number.isInteger(snapshotEntries) || snapshotEntries < 1) {
    refuse("snapshotEntries", snapshotEntries, "a whole number from 1");
  }
  return { members, clock, seed, snapshotEntries, log };
}

/** @throws `ERR_CONFIGURATION` */
export function refuse(option: string, given: unknown, wanted: string): never {
  throw new QuorateError("ERR_CONFIGURATION", `${option} is ${String(given)}: give ${wanted}`);
}
