import { z } from "zod";
import { readBy, wholeNumber } from "../server/setting-types.ts";
import { fileName, host, INT_MAX, port, trueOrFalse } from "./key-types.ts";
import { parseRole, type ServerRole } from "./server-line.ts";
import { SERVICE_SHAPE, type ServiceKeys } from "./service-keys.ts";
import { TLS_SHAPE, type TlsKeys } from "./tls-keys.ts";

const SNAP_COUNT_MIN = 2;
const SNAP_COUNT_MAX = 1_000_000_000;

const role = readBy(parseRole, (text) => `"${text}" is not one of participant, observer`);
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
  dynamicConfigFile: fileName.optional(),
  "4lw.commands.whitelist": z.string().optional(),
  ...SERVICE_SHAPE,
  ...TLS_SHAPE,
});

/** The keys that are acted on, but for those of the ensemble. */
export const ZOO_SETTING_KEYS: readonly string[] = Object.keys(zooSchema.shape);

/** Their values, with ZooKeeper's defaults where it has one that does not depend on others. */
export interface CheckedKeys extends ServiceKeys, TlsKeys {
  readonly clientPort?: number | undefined;
  readonly clientPortAddress?: string | undefined;
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
