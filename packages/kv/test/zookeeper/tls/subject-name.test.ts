import { QuorateError } from "@quorate/core";
import { expect, test } from "vitest";
import { subjectName } from "../../../src/zookeeper/tls/subject-name.ts";
import {
  certify,
  commonName,
  distinguishedName,
  PRINTABLE_STRING,
  UTF8_STRING,
  type Attribute,
} from "./certificates.ts";

const text = (oid: string, value: string): readonly Attribute[] => [[oid, UTF8_STRING, value]];

const IA5_STRING = 0x16;
const NUMERIC_STRING = 0x12;

/** What Java 17's `X500Principal.getName()` makes of each. */
const NAMES: readonly (readonly [string, readonly (readonly Attribute[])[]])[] = [
  [
    "CN=client,OU=Sales,O=Example,L=Munich,ST=Bavaria,C=DE",
    [
      [["2.5.4.6", PRINTABLE_STRING, "DE"]],
      text("2.5.4.8", "Bavaria"),
      text("2.5.4.7", "Munich"),
      text("2.5.4.10", "Example"),
      text("2.5.4.11", "Sales"),
      text("2.5.4.3", "client"),
    ],
  ],
  [
    "STREET=Main 1,UID=joe,DC=example,DC=org",
    [
      [["0.9.2342.19200300.100.1.25", IA5_STRING, "org"]],
      [["0.9.2342.19200300.100.1.25", IA5_STRING, "example"]],
      text("0.9.2342.19200300.100.1.1", "joe"),
      text("2.5.4.9", "Main 1"),
    ],
  ],
  // Without a name of their own, and not as text.
  [
    "2.5.4.12=#0c024472,1.2.840.113549.1.9.1=#16056140622e63,CN=#1201 31".replace(" ", ""),
    [
      [["2.5.4.3", NUMERIC_STRING, "1"]],
      [["1.2.840.113549.1.9.1", IA5_STRING, "a@b.c"]],
      text("2.5.4.12", "Dr"),
    ],
  ],
  [
    "OU=z+C=DE+CN=multi",
    [[...text("2.5.4.11", "z"), ...text("2.5.4.6", "DE"), ...text("2.5.4.3", "multi")]],
  ],
  ['CN=\\,\\=\\+\\<\\>\\#\\;\\"\\\\', [text("2.5.4.3", ',=+<>#;"\\')]],
  ["CN=\\ \\ a b\\ ", [text("2.5.4.3", "  a b ")]],
  ["CN=a\\00b", [text("2.5.4.3", "a\0b")]],
  ["CN=München\n☃", [text("2.5.4.3", "München\n☃")]],
  ["CN=", [text("2.5.4.3", "")]],
  ["", []],
];

test.each(NAMES)("%j", (expected, names) => {
  expect(subjectName(certify({ name: distinguishedName(...names) }).der)).toBe(expected);
});

test("the subject is told, not the issuer", () => {
  const issuer = certify({ name: commonName("issuer"), isAuthority: true });
  expect(subjectName(certify({ name: commonName("subject"), issuer }).der)).toBe("CN=subject");
});

test("what is no certificate is malformed, whatever it is", () => {
  const { der } = certify({ name: commonName("client") });
  let malformed = 0;
  for (let at = 0; at < 200; at++) {
    for (const value of [0x00, 0x1f, 0x30, 0x80, 0x84, 0xff]) {
      const mutated = Uint8Array.from(der);
      mutated[at] = value;
      try {
        subjectName(mutated);
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(QuorateError);
        expect(thrown).toMatchObject({ code: "ERR_MALFORMED" });
        malformed++;
      }
    }
  }
  expect(malformed).toBeGreaterThan(50);
  for (let length = 0; length < der.length; length++) {
    expect(() => subjectName(der.subarray(0, length)), `${length} bytes`).toThrow(/not in DER/);
  }
});
