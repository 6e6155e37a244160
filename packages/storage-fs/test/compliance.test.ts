import { logStoreSuite, snapshotStoreSuite } from "@quorate/core/testing/compliance";
import { describe, test } from "vitest";
import {
  memoryLogPlace,
  memorySnapshotPlace,
  realLogPlace,
  realSnapshotPlace,
  tearingLogPlace,
  tearingSnapshotPlace,
} from "./places.ts";

const EVERY_FAULT = { losePower: true, fill: true, fail: true };
const NO_FAULT = { losePower: false, fill: false, fail: false };

describe("the log on a real disk", () => logStoreSuite(test, NO_FAULT, realLogPlace));
describe("the log on a disk that tears", () => logStoreSuite(test, EVERY_FAULT, tearingLogPlace));
describe("the log in memory", () => logStoreSuite(test, EVERY_FAULT, memoryLogPlace));

describe("snapshots on a real disk", () => snapshotStoreSuite(test, NO_FAULT, realSnapshotPlace));
describe("snapshots on a disk that tears", () => {
  snapshotStoreSuite(test, EVERY_FAULT, tearingSnapshotPlace);
});
describe("snapshots in memory", () => snapshotStoreSuite(test, EVERY_FAULT, memorySnapshotPlace));
