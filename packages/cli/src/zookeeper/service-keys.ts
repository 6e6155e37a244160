import { readBy, wholeNumber } from "../server/setting-types.ts";
import { host, INT_MAX, port, trueOrFalse, type KeyShape } from "./key-types.ts";

/** The keys that say how clients and operators are served. */
export interface ServiceKeys {
  readonly maxClientCnxns: number;
  readonly maxCnxns: number;
  readonly globalOutstandingLimit: number;
  readonly "jute.maxbuffer": number;
  readonly extendedTypesEnabled: boolean;
  readonly enforceQuota: boolean;
  readonly skipACL: boolean;
  readonly "readonlymode.enabled": boolean;
  readonly "DigestAuthenticationProvider.enabled": boolean;
  readonly "DigestAuthenticationProvider.superDigest"?: string | undefined;
  readonly "znode.container.checkIntervalMs": number;
  readonly "znode.container.maxPerMinute": number;
  readonly "znode.container.maxNeverUsedIntervalMs": number;
  readonly "admin.enableServer"?: boolean | undefined;
  readonly "admin.serverPort"?: number | undefined;
  readonly "admin.serverAddress"?: string | undefined;
  readonly "admin.commandURL"?: string | undefined;
  readonly "metricsProvider.className": MetricsProvider;
  readonly "metricsProvider.httpPort": number;
  readonly "metricsProvider.httpHost": string;
}

/** What becomes of metrics: only Prometheus can ask for them. */
export type MetricsProvider = "prometheus" | "none";

const FRAME_BYTES_MIN = 1024;
/** What is under way fits many times into what is held for all clients. */
const FRAME_BYTES_MAX = 16 * 1024 * 1024;

const METRICS = "org.apache.zookeeper.metrics";
const PROVIDERS: ReadonlyMap<string, MetricsProvider> = new Map([
  [`${METRICS}.prometheus.PrometheusMetricsProvider`, "prometheus"],
  [`${METRICS}.impl.DefaultMetricsProvider`, "none"],
  [`${METRICS}.impl.NullMetricsProvider`, "none"],
]);

const frameBytes = readBy(
  (text) => {
    // Java decodes its numeric properties.
    const bytes = /^(?:0x[0-9a-f]+|[0-9]+)$/i.test(text) ? Number(text) : Number.NaN;
    return bytes >= FRAME_BYTES_MIN && bytes <= FRAME_BYTES_MAX ? bytes : null;
  },
  (text) =>
    `"${text}" is not a whole number of bytes from ${FRAME_BYTES_MIN} to ${FRAME_BYTES_MAX}`,
);
const yesOrNo = readBy(
  (text) => (/^(?:yes|no)$/i.test(text) ? text.toLowerCase() === "yes" : null),
  (text) => `"${text}" is not one of yes, no`,
);
const superDigest = readBy(
  (text) => (/^[^:]+:[A-Za-z0-9+/]{27}=$/.test(text) ? text : null),
  (text) =>
    `"${text}" is not user:digest: the digest of user:password is its SHA-1 in base64, 28 characters`,
);
const commandUrl = readBy(
  (text) => (/^(?:\/[\w.-]+)+$/.test(text) ? text : null),
  (text) => `"${text}" is not a path: write one like /commands`,
);
const metricsProvider = readBy(
  (text) => PROVIDERS.get(text) ?? null,
  (text) => `"${text}" is not one of ${[...PROVIDERS.keys()].join(", ")}`,
);
const count = wholeNumber(0, INT_MAX, "connections");
const millis = wholeNumber(1, INT_MAX, "milliseconds");

/** With ZooKeeper's defaults. */
export const SERVICE_SHAPE: KeyShape<ServiceKeys> = {
  maxClientCnxns: count.default(60),
  maxCnxns: count.default(0),
  globalOutstandingLimit: wholeNumber(1, INT_MAX, "requests").default(1000),
  "jute.maxbuffer": frameBytes.default(1_048_575),
  extendedTypesEnabled: trueOrFalse.default(false),
  enforceQuota: trueOrFalse.default(false),
  skipACL: yesOrNo.default(false),
  "readonlymode.enabled": trueOrFalse.default(false),
  "DigestAuthenticationProvider.enabled": trueOrFalse.default(true),
  "DigestAuthenticationProvider.superDigest": superDigest.optional(),
  "znode.container.checkIntervalMs": millis.default(60_000),
  "znode.container.maxPerMinute": wholeNumber(1, INT_MAX, "nodes").default(10_000),
  "znode.container.maxNeverUsedIntervalMs": wholeNumber(0, INT_MAX, "milliseconds").default(0),
  "admin.enableServer": trueOrFalse.optional(),
  "admin.serverPort": port.optional(),
  "admin.serverAddress": host.optional(),
  "admin.commandURL": commandUrl.optional(),
  "metricsProvider.className": metricsProvider.default("none"),
  "metricsProvider.httpPort": port.default(7000),
  "metricsProvider.httpHost": host.default("0.0.0.0"),
};
