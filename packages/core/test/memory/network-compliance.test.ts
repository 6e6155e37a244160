import { describe, test } from "vitest";
import { transportSuite } from "../../src/testing/compliance/index.ts";
import { networkPlace } from "./network-place.ts";

describe("a network in memory", () => transportSuite(test, networkPlace));
