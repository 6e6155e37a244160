import { expect, test } from "vitest";
import { OPEN_ACL, permits, type Requester } from "../../../src/zookeeper/access/index.ts";
import { PERMISSION, type Acl } from "../../../src/zookeeper/codec/index.ts";

const bob: Requester = {
  isSuper: false,
  identities: [
    { scheme: "digest", id: "bob:x1" },
    { scheme: "ip", id: "10.1.2.3" },
  ],
};

const list = (scheme: string, id: string, permissions: number = PERMISSION.read): Acl => [
  { permissions, scheme, id },
];

test.each([
  ["an open list", OPEN_ACL, true],
  ["no list", [], true],
  ["anyone", list("world", "anyone"), true],
  ["anyone, for something else", list("world", "anyone", PERMISSION.write), false],
  ["the user", list("digest", "bob:x1"), true],
  ["the user with another password", list("digest", "bob:x2"), false],
  ["the address", list("ip", "10.1.2.3"), true],
  ["the network", list("ip", "10.1.0.0/16"), true],
  ["all addresses", list("ip", "10.9.9.9/0"), true],
  ["a network that ends within a byte", list("ip", "10.1.3.0/23"), true],
  ["its neighbour", list("ip", "10.1.0.0/23"), false],
  ["another network", list("ip", "10.2.0.0/16"), false],
  ["an address of the other kind", list("ip", "::1/0"), false],
  ["the address as another scheme", list("digest", "10.1.2.3"), false],
  ["what is no address", list("ip", "10.1.2"), false],
  ["any of several", [...list("digest", "a:b"), ...list("digest", "bob:x1")], true],
] as const)("%s: %j lets bob read: %j", (_, acl, expected) => {
  expect(permits(acl, PERMISSION.read, bob)).toBe(expected);
});

test.each([
  ["2001:db8::1/32", "2001:db8:ffff::9", true],
  ["2001:db8::/32", "2001:db9::", false],
  ["::1", "0:0:0:0:0:0:0:1", true],
  ["::ffff:10.0.0.1", "::ffff:a00:1", true],
  ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0", true],
  ["1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8", false],
  ["::1/129", "::1", false],
  ["1::2::3", "1::2", false],
])("the pattern %s and the address %s: %j", (pattern, id, expected) => {
  const requester = { isSuper: false, identities: [{ scheme: "ip", id }] };
  expect(permits(list("ip", pattern), PERMISSION.read, requester)).toBe(expected);
});

test("a super user may do everything", () => {
  expect(permits(list("digest", "a:b", 0), PERMISSION.admin, { ...bob, isSuper: true })).toBe(true);
});
