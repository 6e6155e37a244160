export { databaseBuckets, type DatabaseContents, type DatabaseMember } from "./buckets.ts";
export { restoreDatabase } from "./restore-database.ts";
