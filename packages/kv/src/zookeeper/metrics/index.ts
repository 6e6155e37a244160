/**
 * What a ZooKeeper server tells Prometheus, and what it counts for that beside its clients.
 *
 * @packageDocumentation
 */
export { EnsembleStats } from "./ensemble-stats.ts";
export { SizeRange } from "./size-range.ts";
export { zookeeperFamilies } from "./zookeeper-families.ts";
export { ZooKeeperMetrics } from "./zookeeper-metrics.ts";
