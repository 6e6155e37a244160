import { expect, test } from "vitest";
import { isSubject } from "../../../src/zookeeper/access/subject.ts";

/** What Java 17's `X500Principal` makes a name of. */
const SUBJECTS: readonly string[] = [
  "",
  "CN=a",
  "cn=a",
  " CN = a , O = b ",
  "CN=a;O=b",
  "CN=a+OU=b",
  "2.5.4.3=a",
  "2.5=a",
  "OID.2.5.4.3=a",
  "oid.1.2.3=a",
  "1.2.3=#0c0161",
  "CN=#0c0161",
  "CN=",
  'CN="a,b"',
  "CN=a\\,b",
  "CN=a\\41",
  "CN=a#b",
  "CN=a=b",
  "CN=a\\  ",
  "CN=a\\\\",
  "CN=a\nb",
  "EMAILADDRESS=a@b",
  "emailaddress=x",
  "SERIALNUMBER=1",
  "T=x",
  "DNQ=1",
  "S=x",
  "DC=Ä",
];

test.each(SUBJECTS)("%j", (text) => {
  expect(isSubject(text)).toBe(true);
});

/** And what it refuses. */
const OTHERS: readonly string[] = [
  "junk",
  "XX=a",
  "E=a",
  "CN",
  "=a",
  "2=a",
  "3.5.1=a",
  "OID.CN=a",
  "CN=a,",
  ",CN=a",
  "CN=a,,O=b",
  "CN=a; ",
  "CN=a+",
  "CN=a,b",
  "CN=a\\",
  "CN=a\\q",
  "CN=#zz",
  "CN=#0",
  "CN=#",
  'CN="a" b',
  'CN="a',
  'CN=a"b',
  "CN=a<b",
];

test.each(OTHERS)("not %j", (text) => {
  expect(isSubject(text)).toBe(false);
});

test.each([
  ["CN=a,", "CN=b", true],
  ["2.5.", "4=a", true],
  ["2.5.", "", false],
  ['CN="', "", false],
  ["CN=\\4", "", false],
  ["CN=\\41,", "CN=b", true],
  [" ", "CN=a", true],
])("a million bytes are read in a moment: %j over and over, then %j", (part, end, expected) => {
  expect(isSubject(part.repeat(1_000_000 / part.length) + end)).toBe(expected);
});
