import { describe, expect, test } from "vitest";
import {
  counter,
  expose,
  gauge,
  Histogram,
  histogram,
  Summary,
  summary,
} from "../../src/metrics/index.ts";
import { parseScrape } from "./scraped.ts";

test("a family is told with what it means and its kind", () => {
  expect(expose([gauge("a_bytes", "Bytes of a.", 3), counter("b_total", "All b.", 1.5)])).toBe(
    "# HELP a_bytes Bytes of a.\n# TYPE a_bytes gauge\na_bytes 3\n" +
      "# HELP b_total All b.\n# TYPE b_total counter\nb_total 1.5\n",
  );
});

test("each sample has its labels", () => {
  const samples = [
    { labels: { To: "a", kind: "x" }, value: 1 },
    { labels: { To: "b", kind: "x" }, value: 0 },
  ];
  expect(expose([counter("sent_total", "Sent.", samples)])).toContain(
    'sent_total{To="a",kind="x"} 1\nsent_total{To="b",kind="x"} 0\n',
  );
});

test("what would end a label or a line is escaped", () => {
  const family = gauge("a", "One\ntwo \\ three.", [{ labels: { l: 'x"y\\z\n' }, value: 1 }]);
  expect(expose([family])).toBe(
    '# HELP a One\\ntwo \\\\ three.\n# TYPE a gauge\na{l="x\\"y\\\\z\\n"} 1\n',
  );
});

test("a family without samples is left out", () => {
  expect(expose([gauge("none", "None.", []), gauge("a", "A.", 1)])).toBe(
    "# HELP a A.\n# TYPE a gauge\na 1\n",
  );
});

test("a histogram counts in every bucket what the lower ones do", () => {
  const seconds = new Histogram([0.5, 1, 2]);
  for (const value of [0.25, 0.5, 0.75, 2, 3, 100]) seconds.observe(value);
  const own = [{ labels: { To: "a" }, histogram: seconds }];
  expect(expose([histogram("h", "H.", own)])).toBe(
    '# HELP h H.\n# TYPE h histogram\nh_bucket{To="a",le="0.5"} 2\nh_bucket{To="a",le="1"} 3\n' +
      'h_bucket{To="a",le="2"} 4\nh_bucket{To="a",le="+Inf"} 6\nh_sum{To="a"} 106.5\nh_count{To="a"} 6\n',
  );
  expect(expose([histogram("h", "H.", new Histogram([1]))])).toContain(
    'h_bucket{le="1"} 0\nh_bucket{le="+Inf"} 0\nh_sum 0\nh_count 0\n',
  );
});

test("a summary has its quantiles, its sum and its count", () => {
  const millis = new Summary("advanced");
  for (let value = 1; value <= 200; value++) millis.observe(value);
  expect(expose([summary("s", "S.", millis)])).toBe(
    '# HELP s S.\n# TYPE s summary\ns{quantile="0.5"} 100\ns{quantile="0.9"} 180\n' +
      's{quantile="0.99"} 198\ns_sum 20100\ns_count 200\n',
  );
  expect(expose([summary("s", "S.", new Summary("basic"))])).toContain(
    's{quantile="0.5"} NaN\ns_sum 0\ns_count 0\n',
  );
});

test("the parser of the tests reads what is written", () => {
  const seconds = new Histogram([0.001, 1]);
  seconds.observe(0.5);
  const families = parseScrape(
    expose([
      histogram("h_seconds", "H.", seconds),
      gauge("g", "G.", [{ labels: { a: 'q"\\\n', b: "" }, value: -1e-7 }]),
      gauge("inf", "I.", Infinity),
      summary("s", "S.", new Summary("basic")),
    ]),
  );
  expect([...families.keys()]).toEqual(["h_seconds", "g", "inf", "s"]);
  expect(families.get("h_seconds")?.samples.get('h_seconds_bucket{le="1"}')).toBe(1);
  expect(families.get("g")?.samples.get('g{a="q\\"\\\\\\n",b=""}')).toBe(-1e-7);
  expect(families.get("inf")?.samples.get("inf")).toBe(Infinity);
});

describe("the parser of the tests refuses", () => {
  const head = "# HELP a A.\n# TYPE a gauge\n";
  const buckets = "# HELP a A.\n# TYPE a histogram\n";
  const quantiles = "# HELP a A.\n# TYPE a summary\n";
  test.each([
    ["an open line", `${head}a 1`],
    ["no help", "# TYPE a gauge\na 1\n"],
    ["an empty help", "# HELP a \n# TYPE a gauge\na 1\n"],
    ["another's type", "# HELP a A.\n# TYPE b gauge\na 1\n"],
    ["no kind of metric", "# HELP a A.\n# TYPE a number\na 1\n"],
    ["a family twice", `${head}a 1\n${head}a 2\n`],
    ["a sample twice", `${head}a 1\na 2\n`],
    ["no sample", head],
    ["another's sample", `${head}b 1\n`],
    ["a name with a dash", "# HELP a-b A.\n# TYPE a-b gauge\na-b 1\n"],
    ["a label with a dash", `${head}a{b-c="x"} 1\n`],
    ["a label twice", `${head}a{b="x",b="y"} 1\n`],
    ["an open label", `${head}a{b="x} 1\n`],
    ["a bare quote", `${head}a{b="x"y"} 1\n`],
    ["a value that is no number", `${head}a null\n`],
    ["a negative counter", "# HELP a A.\n# TYPE a counter\na -1\n"],
    ["a bucket of a gauge", `${head}a{le="1"} 1\n`],
    ["an open histogram", `${buckets}a_bucket{le="1"} 1\na_sum 1\n`],
    ["no last bucket", `${buckets}a_bucket{le="1"} 1\na_sum 1\na_count 1\n`],
    [
      "falling buckets",
      `${buckets}a_bucket{le="1"} 2\na_bucket{le="+Inf"} 1\na_sum 1\na_count 1\n`,
    ],
    ["a quantile of a gauge", `${head}a{quantile="1"} 1\n`],
    ["a summary without a count", `${quantiles}a{quantile="0.5"} 1\na_sum 1\n`],
    ["a value of a summary without a quantile", `${quantiles}a 1\na_sum 1\na_count 1\n`],
    [
      "falling quantiles",
      `${quantiles}a{quantile="0.5"} 2\na{quantile="0.9"} 1\na_sum 1\na_count 1\n`,
    ],
    ["a count of its own", `${buckets}a_bucket{le="+Inf"} 1\na_sum 1\na_count 2\n`],
  ])("%s", (_, text) => {
    expect(() => parseScrape(text)).toThrow();
  });
});
