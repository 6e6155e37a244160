import type { AdminOptions, SecureClientOptions, ZooKeeperServiceOptions } from "@quorate/kv";
import type { ServiceKeys } from "./service-keys.ts";

/** ZooKeeper's defaults where its AdminServer is asked for. */
const ADMIN: AdminOptions = { host: "0.0.0.0", port: 8080, commandUrl: "/commands" };

/** How clients and operators are served, beside what was found out about TLS and words. */
export function serviceSettings(
  keys: ServiceKeys,
  found: {
    readonly secureClient: SecureClientOptions | null;
    readonly fourLetterWords: readonly string[];
  },
): ZooKeeperServiceOptions {
  return {
    ...found,
    maxClientConnections: keys.maxClientCnxns,
    maxConnections: keys.maxCnxns,
    frameBytesMax: keys["jute.maxbuffer"],
    outstandingMax: keys.globalOutstandingLimit,
    extendedTypes: keys.extendedTypesEnabled,
    enforceQuota: keys.enforceQuota,
    skipAcl: keys.skipACL,
    digestScheme: keys["DigestAuthenticationProvider.enabled"],
    superDigest: keys["DigestAuthenticationProvider.superDigest"] ?? null,
    readOnlyMode: keys["readonlymode.enabled"],
    containers: {
      checkIntervalMillis: keys["znode.container.checkIntervalMs"],
      maxPerMinute: keys["znode.container.maxPerMinute"],
      maxNeverUsedMillis: keys["znode.container.maxNeverUsedIntervalMs"],
    },
    admin: adminSettings(keys),
    metrics:
      keys["metricsProvider.className"] === "prometheus"
        ? { host: keys["metricsProvider.httpHost"], port: keys["metricsProvider.httpPort"] }
        : null,
  };
}

/** Only for whoever asks for it by any of its keys: it listens on every address. */
function adminSettings(keys: ServiceKeys): AdminOptions | null {
  const host = keys["admin.serverAddress"];
  const port = keys["admin.serverPort"];
  const commandUrl = keys["admin.commandURL"];
  const isNamed = host !== undefined || port !== undefined || commandUrl !== undefined;
  if (!(keys["admin.enableServer"] ?? isNamed)) return null;
  return {
    host: host ?? ADMIN.host,
    port: port ?? ADMIN.port,
    commandUrl: commandUrl ?? ADMIN.commandUrl,
  };
}
