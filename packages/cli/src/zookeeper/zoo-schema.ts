import { z } from "zod";
import { readBy, wholeNumber } from "../server/setting-types.ts";
import { hostProblem, parsePort } from "./host-port.ts";
import { parseRole, type ServerRole } from "./server-line.ts";

/** The largest of Java's int, and the longest that a timer waits, in milliseconds. */
export const INT_MAX = 0x7fff_ffff;

const SNAP_COUNT_MIN = 2;
const SNAP_COUNT_MAX = 1_000_000_000;

const trueOrFalse = readBy(
  (text) => (/^(?:true|false)$/i.test(text) ? text.toLowerCase() === "true" : null),
  (text) => `"${text}" is not one of true, false`,
);
const role = readBy(parseRole, (text) => `"${text}" is not one of participant, observer`);
const port = readBy(parsePort, (text) => `"${text}" is not a port: write a number from 1 to 65535`);
const host = readBy(
  (text) => (hostProblem(text) === null ? text : null),
  (text) => `${hostProblem(text) ?? text}: write an address of this machine`,
);
const electionAlg = readBy(
  (text) => (text === "3" ? 3 : null),
  (text) => `"${text}" is not 3, the only one that ZooKeeper still has`,
);
const ticks = wholeNumber(1, INT_MAX, "ticks");
/** ZooKeeper takes -1 for "not set". */
const sessionMs = z
  .string()
  .transform((text) => (text === "-1" ? undefined : text))
  .pipe(wholeNumber(1, INT_MAX, "milliseconds").optional());

const zooSchema = z.object({
  dataDir: z
    .string({ error: "is missing: write dataDir=/var/lib/zookeeper" })
    .min(1, "must name a directory"),
  dataLogDir: z.string().min(1, "must name a directory").optional(),
  "datadir.autocreate": trueOrFalse.default(true),
  clientPort: port.optional(),
  clientPortAddress: host.optional(),
  maxClientCnxns: wholeNumber(0, INT_MAX, "connections").default(60),
  tickTime: wholeNumber(1, INT_MAX, "milliseconds").default(3000),
  minSessionTimeout: sessionMs.optional(),
  maxSessionTimeout: sessionMs.optional(),
  snapCount: wholeNumber(SNAP_COUNT_MIN, SNAP_COUNT_MAX, "writes").default(100_000),
  initLimit: ticks.optional(),
  syncLimit: ticks.optional(),
  electionAlg: electionAlg.optional(),
  peerType: role.optional(),
  standaloneEnabled: trueOrFalse.default(true),
  quorumListenOnAllIPs: trueOrFalse.default(false),
  dynamicConfigFile: z.string().min(1, "must name a file").optional(),
  "4lw.commands.whitelist": z.string().optional(),
});

/** The keys that are acted on, but for those of the ensemble. */
export const ZOO_SETTING_KEYS: readonly string[] = Object.keys(zooSchema.shape);

/** Their values, with ZooKeeper's defaults where it has one that does not depend on others. */
export interface CheckedKeys {
  readonly clientPort?: number | undefined;
  readonly clientPortAddress?: string | undefined;
  readonly maxClientCnxns: number;
  readonly tickTime: number;
  readonly minSessionTimeout?: number | undefined;
  readonly maxSessionTimeout?: number | undefined;
  readonly snapCount: number;
  readonly initLimit?: number | undefined;
  readonly syncLimit?: number | undefined;
  readonly peerType?: ServerRole | undefined;
  readonly standaloneEnabled: boolean;
  readonly quorumListenOnAllIPs: boolean;
}

/** What is wrong with the value of a key, or with its absence. */
export interface KeyIssue {
  readonly key: string;
  readonly message: string;
}

/** Checks each value by itself; what they must have to do with each other is not looked at. */
export function checkKeys(texts: Readonly<Record<string, string>>): CheckedKeys | KeyIssue[] {
  const { data, error } = zooSchema.safeParse(texts);
  if (data) return data;
  return error.issues.map(({ path, message }) => ({ key: String(path[0]), message }));
}
