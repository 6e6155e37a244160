import { expect, test } from "vitest";
import { jsonText } from "../../../src/zookeeper/admin/json.ts";
import { Decimal } from "../../../src/zookeeper/facts/index.ts";

test("JSON is written as ZooKeeper's AdminServer writes it", () => {
  const value = {
    none: {},
    nobody: [],
    list: ['a"b\n', -72_057_594_037_927_936n, null, true],
    inner: { one: [{ x: 1 }, { y: new Decimal(2) }] },
    third: new Decimal(1 / 3),
  };
  expect(jsonText(value)).toBe(
    [
      "{",
      '  "none" : { },',
      '  "nobody" : [ ],',
      '  "list" : [ "a\\"b\\n", -72057594037927936, null, true ],',
      '  "inner" : {',
      '    "one" : [ {',
      '      "x" : 1',
      "    }, {",
      '      "y" : 2.0',
      "    } ]",
      "  },",
      '  "third" : 0.3333',
      "}",
    ].join("\n"),
  );
});
