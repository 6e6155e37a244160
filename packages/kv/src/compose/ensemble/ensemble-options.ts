import { QuorateError } from "@quorate/core";
import { SILENT, type MemberLog } from "../member-log.ts";

/** What an ensemble is started with. */
export interface EnsembleOptions {
  /** How many; 3 when left out. */
  readonly members?: number;
  /** Whether each listens for etcd's clients, on a free port of 127.0.0.1; not when left out. */
  readonly listen?: boolean;
  /**
   * - `"real"`, when left out: time passes as it does.
   * - `"manual"`: time passes only in {@link ManualEnsemble.advance} and what says that it waits. It
   *   costs nothing then, and everything that happens follows from the seed and the calls.
   */
  readonly clock?: "real" | "manual";
  /** Decides who campaigns when; 1 when left out. */
  readonly seed?: number;
  /** A fifth of the election timeout when left out. */
  readonly heartbeatMillis?: number;
  /**
   * How long the members wait for a leader that is not heard; between one and two of these. When left
   * out, 100 with the real clock, so that a test need not wait long, and etcd's 1000 with the manual one.
   */
  readonly electionMillis?: number;
  /** A member takes a snapshot when so many entries were applied since the last; 10,000 when left out. */
  readonly snapshotEntries?: number;
  /** Gets what the members log, each line with the member's name. Nobody does when it is left out. */
  readonly log?: MemberLog;
}

/** The options with nothing left out. */
export type EnsembleSettings = Required<EnsembleOptions>;

/** A majority of more is slower, and no safer. */
const MEMBERS_MAX = 9;

/** @throws `ERR_CONFIGURATION` naming the option */
export function ensembleSettings(options: EnsembleOptions): EnsembleSettings {
  const clock = options.clock ?? "real";
  const electionMillis = options.electionMillis ?? (clock === "real" ? 100 : 1000);
  const settings: EnsembleSettings = {
    members: options.members ?? 3,
    listen: options.listen ?? false,
    clock,
    seed: options.seed ?? 1,
    heartbeatMillis: options.heartbeatMillis ?? electionMillis / 5,
    electionMillis,
    snapshotEntries: options.snapshotEntries ?? 10_000,
    log: options.log ?? SILENT,
  };
  const { members, seed, snapshotEntries } = settings;
  if (!Number.isInteger(members) || members < 1 || members > MEMBERS_MAX) {
    refuse("members", members, `a whole number from 1 to ${MEMBERS_MAX}`);
  }
  if (clock !== "real" && clock !== "manual") refuse("clock", clock, '"real" or "manual"');
  if (!Number.isSafeInteger(seed)) refuse("seed", seed, "a whole number");
  if (!Number.isInteger(snapshotEntries) || snapshotEntries < 1) {
    refuse("snapshotEntries", snapshotEntries, "a whole number from 1");
  }
  return settings;
}

function refuse(option: string, given: unknown, wanted: string): never {
  throw new QuorateError("ERR_CONFIGURATION", `${option} is ${String(given)}: give ${wanted}`);
}
