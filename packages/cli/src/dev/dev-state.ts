import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";

/** One member of a development cluster. */
export interface DevMember {
  readonly name: string;
  readonly clientPort: number;
  readonly peerPort: number;
  /** Its process, or null while it is down. */
  readonly pid: number | null;
}

/** What the members serve. */
export const DEV_SERVICES = ["etcd", "zookeeper"] as const;
export type DevServiceName = (typeof DEV_SERVICES)[number];

/**
 * What `quorate dev` remembers in `dev.json`: ports stay the same between starts, because members
 * know each other by them; the process ids are there to be killed in experiments.
 */
export interface DevState {
  readonly version: 1;
  readonly service: DevServiceName;
  /** Makes this cluster another one than that of any other directory. */
  readonly token: string;
  readonly supervisor: number | null;
  readonly members: readonly DevMember[];
}

const port = z.number().int().min(1).max(65535);
const schema = z.object({
  version: z.literal(1),
  // Clusters of before there was a choice.
  service: z.enum(DEV_SERVICES).default("etcd"),
  token: z.string(),
  supervisor: z.number().int().nullable(),
  members: z.array(
    z.object({
      name: z.string(),
      clientPort: port,
      peerPort: port,
      pid: z.number().int().nullable(),
    }),
  ),
});

/** Where the state of a development cluster is kept. */
export function stateFile(dataDir: string): string {
  return join(dataDir, "dev.json");
}

/**
 * Reads what an earlier `quorate dev` left in the directory; null when it is a new one.
 *
 * @throws `CliError` (data) for a file that is not ours
 */
export function readDevState(dataDir: string): DevState | null {
  const file = stateFile(dataDir);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return null;
    const why = (thrown as Error).message;
    throw new CliError(EXIT.data, `${file} cannot be read: ${why}`, { cause: thrown });
  }
  const remedy = "choose another --data-dir, or remove this one to begin afresh";
  try {
    return schema.parse(JSON.parse(text));
  } catch (thrown) {
    throw new CliError(EXIT.data, `${file} is not a state of this version: ${remedy}`, {
      cause: thrown,
    });
  }
}

/** Replaces the state in one step, so that a reader never sees half of it. */
export function writeDevState(dataDir: string, state: DevState): void {
  mkdirSync(dataDir, { recursive: true });
  const file = stateFile(dataDir);
  writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}
