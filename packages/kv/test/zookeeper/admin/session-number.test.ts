import { expect, test } from "vitest";
import { sessionNumber } from "../../../src/zookeeper/admin/session-number.ts";

test("a session's id is the number that Java takes it for, negative from server 128 on", () => {
  expect(sessionNumber({ sid: 0, birth: 1 })).toBe(1n);
  expect(sessionNumber({ sid: 127, birth: 2 ** 48 - 1 })).toBe(0x7f00_ffff_ffff_ffffn);
  expect(sessionNumber({ sid: 128, birth: 1 })).toBe(-0x7fff_ffff_ffff_ffffn);
});
