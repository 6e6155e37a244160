export { BoltReader, type ReadAt } from "./bolt-reader.ts";
export { BoltWriter, type BoltBucket, type BoltItem } from "./bolt-writer.ts";
export { damagedFile } from "./format.ts";
