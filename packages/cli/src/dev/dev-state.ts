import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import { DEV_SERVICES, type DevServiceName } from "./dev-service-name.ts";

/** Where a member serves one kind of clients, and meets the others for it. */
export interface ServicePorts {
  readonly client: number;
  readonly peer: number;
}

/** One member of a development cluster: a process that serves one kind of clients, or both. */
export interface DevMember {
  readonly name: string;
  /** Of every member the same services. */
  readonly ports: Readonly<Partial<Record<DevServiceName, ServicePorts>>>;
  /** Its process, or null while it is down. */
  readonly pid: number | null;
}

/** A member as far as one service goes. */
export interface Seat extends ServicePorts {
  /** Counted from 1. */
  readonly number: number;
  readonly name: string;
}

/**
 * What `quorate dev` remembers in `dev.json`: ports stay the same between starts, because members
 * know each other by them; the process ids are there to be killed in experiments.
 */
export interface DevState {
  readonly version: 2;
  /** Makes this cluster another one than that of any other directory. */
  readonly token: string;
  readonly supervisor: number | null;
  readonly members: readonly DevMember[];
}

/** The members of one service, in order; none when they do not serve it. */
export function seatsOf(
  { members }: Pick<DevState, "members">,
  service: DevServiceName,
): readonly Seat[] {
  return members.flatMap(({ name, ports: { [service]: ports } }, i) =>
    ports ? [{ name, number: i + 1, ...ports }] : [],
  );
}

const port = z.number().int().min(1).max(65535);
const pid = z.number().int().nullable();
const ports = z.object({ client: port, peer: port });

const current = z.object({
  version: z.literal(2),
  token: z.string(),
  supervisor: pid,
  members: z.array(
    z.object({
      name: z.string(),
      ports: z.partialRecord(z.enum(DEV_SERVICES), ports),
      pid,
    }),
  ),
});

/** Of before members could serve both; and, without a service, of before there was a choice. */
const earlier = z.object({
  version: z.literal(1),
  service: z.enum(DEV_SERVICES).default("etcd"),
  token: z.string(),
  supervisor: pid,
  members: z.array(z.object({ name: z.string(), clientPort: port, peerPort: port, pid })),
});

const schema = z
  .union([
    current,
    earlier.transform(({ service, members, ...rest }) => ({
      ...rest,
      version: 2 as const,
      members: members.map(({ clientPort, peerPort, ...member }) => ({
        ...member,
        ports: { [service]: { client: clientPort, peer: peerPort } },
      })),
    })),
  ])
  .refine(({ members }) => {
    const served = members.map((member) => Object.keys(member.ports).toSorted().join(","));
    return served[0] !== "" && new Set(served).size === 1;
  });

/** Where the state of a development cluster is kept. */
function stateFile(dataDir: string): string {
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
