import { describe, expect, test } from "vitest";
import {
  accessEntryText,
  parseAccessList,
  type AccessEntry,
} from "../../src/zookeeper-client/access-list.ts";

const SHA1 = "fyVmFCwVbTJYrznoSu1koqYEYF0=";

describe("an access list", () => {
  test.each<readonly [string, readonly AccessEntry[]]>([
    ["world:anyone:cdrwa", [{ scheme: "world", id: "anyone", permissions: 31 }]],
    ["auth::dr", [{ scheme: "auth", id: "", permissions: 9 }]],
    [
      `digest:bob:${SHA1}:rw,ip:fe80::ad/64:r`,
      [
        { scheme: "digest", id: `bob:${SHA1}`, permissions: 3 },
        { scheme: "ip", id: "fe80::ad/64", permissions: 1 },
      ],
    ],
    [
      "x509:CN=a,O=b:a,world:anyone:r",
      [
        { scheme: "x509", id: "CN=a,O=b", permissions: 16 },
        { scheme: "world", id: "anyone", permissions: 1 },
      ],
    ],
  ])("%s", (text, entries) => {
    expect(parseAccessList(text)).toEqual(entries);
  });

  test.each(["", ",", "world:anyone:", "world:anyone:x", "world:anyone:r,", "anyone:r", "r"])(
    "%j is none",
    (text) => {
      expect(() => parseAccessList(text)).toThrow(/write scheme:id:permissions/);
    },
  );

  test.each(["bob:secret", "bob", "bob:", "bob:c2VjcmV0", SHA1])(
    "a digest is no password: %s",
    (id) => {
      expect(() => parseAccessList(`digest:${id}:r`)).toThrow(/base64\(sha1\(user:password\)\)/);
    },
  );

  test("is printed as it is read", () => {
    const text = `digest:bob:${SHA1}:cdrwa`;
    expect(parseAccessList(text).map(accessEntryText)).toEqual([text]);
  });
});
