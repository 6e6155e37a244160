import { describe, expect, test } from "vitest";
import { fixUpAcl } from "../../../src/zookeeper/access/index.ts";
import type { Acl } from "../../../src/zookeeper/codec/index.ts";

const identities = [
  { scheme: "digest", id: "bob:x1" },
  { scheme: "ip", id: "10.1.2.3" },
  { scheme: "x509", id: "CN=bob" },
];
const bob = { isSuper: false, identities };
const stranger = { isSuper: false, identities: [{ scheme: "ip", id: "10.1.2.3" }] };

const entry = (
  scheme: string,
  id: string,
  permissions = 31,
): { permissions: number; scheme: string; id: string } => ({ permissions, scheme, id });

test.each([
  ["no list", null],
  ["an empty list", []],
  ["somebody else in the world", [entry("world", "bob")]],
  ["an unknown scheme", [entry("kerberos", "bob")]],
  ["a digest without its second half", [entry("digest", "bob")]],
  ["a digest of three parts", [entry("digest", "bob:a:b")]],
  ["what is no address", [entry("ip", "10.1.2.256")]],
  ["what is no certificate's subject", [entry("x509", "bob")]],
  ["more bits than there are", [entry("ip", "10.1.2.3/33")]],
  ["a valid entry before one that is not", [entry("world", "anyone"), entry("ip", "")]],
])("%s is refused", (_, acl) => {
  expect(fixUpAcl(acl, bob)).toBe(null);
});

test("repetitions are left out, and the order is kept", () => {
  const [a, b] = [entry("digest", "a:b"), entry("world", "anyone", 1)];
  expect(fixUpAcl([a, b, { ...a }, { ...b, permissions: 2 }], bob)).toEqual([
    a,
    b,
    { ...b, permissions: 2 },
  ]);
});

test("auth stands for what the client has proved, not for its address", () => {
  expect(fixUpAcl([entry("auth", "whoever", 3)], bob)).toEqual([
    entry("digest", "bob:x1", 3),
    entry("x509", "CN=bob", 3),
  ]);
  const mine = entry("digest", "bob:x1");
  expect(fixUpAcl([mine, entry("auth", "")], bob)).toEqual([mine, mine, entry("x509", "CN=bob")]);
  expect(fixUpAcl([entry("auth", "")], stranger)).toBe(null);
});

// Once, one request of 19 KB made a node that no member could restore, and one of 144 KB ended them all.
describe("a list that stands for more than it says", () => {
  const proved = {
    isSuper: false,
    identities: Array.from({ length: 64 }, (_, i) => ({
      scheme: "digest",
      id: `${"n".repeat(1000)}${i}:x`,
    })),
  };
  const auths = (count: number): Acl =>
    Array.from({ length: count }, (_, i) => entry("auth", `a${i}`, 1));

  test("is refused when that is too much, and taken when it is not", () => {
    expect(fixUpAcl(auths(16), proved)).toHaveLength(16 * 64);
    expect(fixUpAcl(auths(17), proved)).toBe(null);
    expect(fixUpAcl(auths(9000), proved)).toBe(null);
  });

  test("is refused when it has too many entries", () => {
    const many = (count: number): Acl =>
      Array.from({ length: count }, (_, i) => entry("digest", `a:${i}`));
    expect(fixUpAcl(many(4096), bob)).toHaveLength(4096);
    expect(fixUpAcl(many(4097), bob)).toBe(null);
    expect(fixUpAcl([...many(4096), ...many(4096)], bob)).toHaveLength(4096);
  });
});
