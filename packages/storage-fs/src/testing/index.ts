/**
 * A disk in memory that loses, tears and refuses writes: for tests and for simulating a member
 * with its real storage.
 *
 * @packageDocumentation
 */
export { TearingDisk, type TearingDiskOptions } from "./tearing-disk.ts";
