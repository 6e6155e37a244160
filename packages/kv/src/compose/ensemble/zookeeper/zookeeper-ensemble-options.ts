import type { ZabLimits } from "@quorate/zab";
import {
  ZOOKEEPER_DEFAULTS,
  type ZooKeeperServiceOptions,
} from "../../zookeeper-service-options.ts";
import {
  commonSettings,
  refuse,
  type CommonEnsembleOptions,
  type CommonEnsembleSettings,
} from "../common-options.ts";

/** How clients are served that reach every server on a port of 127.0.0.1, and nothing else. */
type ServiceOptions = Omit<
  ZooKeeperServiceOptions,
  "secureClient" | "maxConnections" | "admin" | "metrics"
>;

/**
 * What a ZooKeeper ensemble is started with. How clients are served is as in ZooKeeper where it is left
 * out.
 */
export interface ZooKeeperEnsembleOptions extends CommonEnsembleOptions, Partial<ServiceOptions> {
  /**
   * ZooKeeper's unit of time: servers that do not hear of each other for five of these part, and
   * sessions end within two after their timeout. When left out, 100 with the real clock, so that a test
   * need not wait long, and 2000 with the manual one.
   */
  readonly tickMillis?: number;
  /** The shortest timeout that a session can have; two ticks when left out. */
  readonly minSessionMillis?: number;
  /** The longest one; 40,000 or twenty ticks when left out, whichever is longer. */
  readonly maxSessionMillis?: number;
}

/** The options with nothing left out. */
export interface ZooKeeperEnsembleSettings extends CommonEnsembleSettings {
  /** Whether clients come over sockets, too. */
  readonly listen: boolean;
  readonly protocolLimits: Partial<ZabLimits>;
  readonly tickMillis: number;
  readonly minSessionMillis: number;
  readonly maxSessionMillis: number;
  readonly service: ZooKeeperServiceOptions;
}

/** As in ZooKeeper's own example, for who asks for a timeout of half a minute. */
const SESSION_MILLIS_MAX = 40_000;

/** @throws `ERR_CONFIGURATION` naming the option */
export function zooKeeperEnsembleSettings(
  options: ZooKeeperEnsembleOptions,
): ZooKeeperEnsembleSettings {
  const { members, clock, seed, snapshotEntries, log, ...others } = options;
  const { tickMillis: tick, minSessionMillis: min, maxSessionMillis: max, ...service } = others;
  const common = commonSettings({ members, clock, seed, snapshotEntries, log });
  const tickMillis = tick ?? (common.clock === "real" ? 100 : 2000);
  if (!(tickMillis >= 1 && tickMillis < Infinity)) refuse("tickMillis", tickMillis, "1 or more");
  const minSessionMillis = min ?? 2 * tickMillis;
  const maxSessionMillis = max ?? Math.max(SESSION_MILLIS_MAX, 20 * tickMillis);
  if (!(minSessionMillis > 0 && minSessionMillis <= maxSessionMillis)) {
    refuse("minSessionMillis", minSessionMillis, `more than 0, and ${maxSessionMillis} at most`);
  }
  return {
    ...common,
    listen: true,
    protocolLimits: {},
    tickMillis,
    minSessionMillis,
    maxSessionMillis,
    service: { ...ZOOKEEPER_DEFAULTS, ...service },
  };
}
