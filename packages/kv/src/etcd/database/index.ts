export { databaseBuckets, type DatabaseContents, type DatabaseMember } from "./buckets.ts";
export { inspectDatabase, type DatabaseSummary } from "./inspect-database.ts";
export { imageForNewCluster } from "./new-cluster.ts";
export { DatabasePieces } from "./pieces.ts";
export { restoreDatabase } from "./restore-database.ts";
