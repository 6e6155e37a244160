import type { TlsOptions } from "../zookeeper/tls/index.ts";

/** An address to listen on; port 0 for any free one. */
export interface ClientAddress {
  readonly host: string;
  readonly port: number;
}

/** How ZooKeeper's clients are served. What is left to ZooKeeper's defaults is `ZOOKEEPER_DEFAULTS`. */
export interface ZooKeeperServiceOptions {
  /** For clients that speak TLS; null for none. */
  readonly secureClient: SecureClientOptions | null;
  /** Connections from one address; 0 for any number. */
  readonly maxClientConnections: number;
  /** Connections from everywhere; 0 for as many as the server can hold. */
  readonly maxConnections: number;
  /** Longest frame of a client, `jute.maxbuffer`. */
  readonly frameBytesMax: number;
  /** Requests under way, over all clients; beyond, nothing is read. */
  readonly outstandingMax: number;
  /** `*` for all. */
  readonly fourLetterWords: readonly string[];
  /** Whether nodes with a time to live can be created. */
  readonly extendedTypes: boolean;
  /** Whether hard limits of quotas refuse writes. */
  readonly enforceQuota: boolean;
  /** Whether everybody may do everything. */
  readonly skipAcl: boolean;
  /** Whether clients can prove a user by its password, and lists name such users. */
  readonly digestScheme: boolean;
  /** `user:digest` of who may do everything; null for nobody. */
  readonly superDigest: string | null;
  /** Whether a member without a leader serves those clients that asked for no more than reading. */
  readonly readOnlyMode: boolean;
  readonly containers: ContainerOptions;
  /** The AdminServer; null for none. */
  readonly admin: AdminOptions | null;
  /** Prometheus' metrics; null for none. */
  readonly metrics: ClientAddress | null;
}

/** Where TLS is spoken with clients, and who they are taken for. */
export interface SecureClientOptions extends ClientAddress {
  readonly tls: TlsOptions;
  /** The subject of the certificate whose owner may do everything; null for nobody. */
  readonly superUser: string | null;
}

/** When nodes are removed that nobody will remove. */
export interface ContainerOptions {
  readonly checkIntervalMillis: number;
  readonly maxPerMinute: number;
  /** How long a container without any child ever may stay; 0 for always. */
  readonly maxNeverUsedMillis: number;
}

/** The AdminServer's address, and what its paths begin with. */
export interface AdminOptions extends ClientAddress {
  /** `/commands`. */
  readonly commandUrl: string;
}

/** What a ZooKeeper server does when its configuration says no more. */
export const ZOOKEEPER_DEFAULTS: ZooKeeperServiceOptions = {
  secureClient: null,
  maxClientConnections: 60,
  maxConnections: 0,
  frameBytesMax: 1_048_575,
  outstandingMax: 1_000,
  fourLetterWords: ["srvr"],
  extendedTypes: false,
  enforceQuota: false,
  skipAcl: false,
  digestScheme: true,
  superDigest: null,
  readOnlyMode: false,
  containers: { checkIntervalMillis: 60_000, maxPerMinute: 10_000, maxNeverUsedMillis: 0 },
  admin: null,
  metrics: null,
};
