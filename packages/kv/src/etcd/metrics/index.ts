export {
  EtcdMetrics,
  roundTripHistogram,
  walSyncHistogram,
  type EtcdMetricsOptions,
} from "./etcd-metrics.ts";
export type { PeerCounts, PeerSource } from "./peer-families.ts";
