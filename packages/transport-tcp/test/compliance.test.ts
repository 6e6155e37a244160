import { transportSuite } from "@quorate/core/testing/compliance";
import { describe, test } from "vitest";
import { tcpPlace } from "./places.ts";

describe("a transport over TCP", () => transportSuite(test, tcpPlace));
