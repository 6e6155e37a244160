import { describe, expect, test } from "vitest";
import { parseProperties } from "../../src/zookeeper/properties.ts";

/** Line number, key, value. */
type Row = readonly [number, string, string];

/** What Java 17's own `Properties.load` makes of the same bytes. */
const READ: readonly (readonly [string, readonly Row[]])[] = [
  ["a=1", [[1, "a", "1"]]],
  [
    "a = 1 \n\n  b:2\n",
    [
      [1, "a", "1"],
      [3, "b", "2"],
    ],
  ],
  [
    "a\t1\nb\f=\f2",
    [
      [1, "a", "1"],
      [2, "b", "2"],
    ],
  ],
  [
    "a==1\nb= =2\nc: :3",
    [
      [1, "a", "=1"],
      [2, "b", "=2"],
      [3, "c", ":3"],
    ],
  ],
  ["# a=1\n  ! b=2\n\t#c\nd=#4!", [[4, "d", "#4!"]]],
  [
    "a\nb=",
    [
      [1, "a", ""],
      [2, "b", ""],
    ],
  ],
  [
    "a=1\r\nb=2\rc=3",
    [
      [1, "a", "1"],
      [2, "b", "2"],
      [3, "c", "3"],
    ],
  ],
  [
    "a=1\\\n   2\nb=3",
    [
      [1, "a", "12"],
      [3, "b", "3"],
    ],
  ],
  ["a=1\\\r\n  2", [[1, "a", "12"]]],
  [
    "a=1\\\\\nb=2",
    [
      [1, "a", "1\\"],
      [2, "b", "2"],
    ],
  ],
  ["a=1\\\n#2\n", [[1, "a", "1#2"]]],
  [
    "a=1\\\n\nb=2",
    [
      [1, "a", "1"],
      [3, "b", "2"],
    ],
  ],
  ["\\\n#comment\n\\\n\nb=2", [[5, "b", "2"]]],
  ["a=1\\", [[1, "a", "1"]]],
  ["a\\ b\\=c\\:d=1", [[1, "a b=c:d", "1"]]],
  ["path=C:\\\\data\\tx\\q", [[1, "path", "C:\\data\txq"]]],
  ["\\u0061=\\u00e9", [[1, "a", "é"]]],
  ["a=\\\\u00", [[1, "a", "\\u00"]]],
  [
    "a=1\na=2",
    [
      [1, "a", "1"],
      [2, "a", "2"],
    ],
  ],
  ["server.1=h:2888:3888;2181", [[1, "server.1", "h:2888:3888;2181"]]],
];

describe("Java's properties syntax", () => {
  test.each(READ)("%j", (text, rows) => {
    const { properties, malformed } = parseProperties(text);
    expect(properties.map(({ line, key, value }) => [line, key, value])).toEqual(rows);
    expect(malformed).toEqual([]);
  });

  test.each(["a=\\u00g1", "\\u12=1", "a=\\\\\\u1"])("an escape without its digits: %j", (text) => {
    const { properties, malformed } = parseProperties(`x=1\n${text}`);
    expect(properties).toHaveLength(1);
    expect(malformed).toEqual([
      {
        line: 2,
        problem: "a \\u must be followed by four hexadecimal digits: write \\\\ for a backslash",
      },
    ]);
  });
});
