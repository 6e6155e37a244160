import { expect, test } from "vitest";
import { HpackDecoder } from "../../src/http2/hpack/decoder.ts";
import { fieldValue, HeadBuilder } from "../../src/http2/request-head.ts";
import { block, type Header } from "./wire.ts";

const METHOD: Header = [":method", "GET"];
const SCHEME: Header = [":scheme", "http"];
const PATH: Header = [":path", "/a?b"];
const AUTHORITY: Header = [":authority", "host:1"];
const ALL = [METHOD, SCHEME, PATH, AUTHORITY] as const;

function build(
  fields: readonly Header[],
  builder: HeadBuilder = new HeadBuilder(1000),
): ReturnType<HeadBuilder["finish"]> {
  const bytes = block(...fields);
  builder.begin();
  new HpackDecoder().decode(bytes, 0, bytes.length, builder);
  return builder.finish();
}

test("what a request says", () => {
  const head = build([
    ...ALL,
    ["content-length", "12"],
    ["x", "1"],
    ["x", "2"],
    ["te", "trailers"],
  ]);
  expect(head).toMatchObject({
    method: "GET",
    scheme: "http",
    path: "/a?b",
    authority: "host:1",
    contentLength: 12,
  });
  if (typeof head === "string") throw new Error(head);
  expect(head.fields.map(({ name, value }) => `${name}=${value}`)).toEqual([
    "content-length=12",
    "x=1",
    "x=2",
    "te=trailers",
  ]);
  expect(fieldValue(head.fields, "x")).toBe("1");
  expect(fieldValue(head.fields, "y")).toBeUndefined();
  expect(build([METHOD, SCHEME, PATH])).toMatchObject({ authority: "", contentLength: -1 });
});

// RFC 9113 §8.2, §8.3
test.each<readonly [what: string, fields: readonly Header[]]>([
  ["nothing", []],
  ["no method", [SCHEME, PATH]],
  ["no scheme", [METHOD, PATH]],
  ["no path", [METHOD, SCHEME]],
  ["an empty path", [METHOD, SCHEME, [":path", ""]]],
  ["two methods", [...ALL, METHOD]],
  ["two schemes", [...ALL, SCHEME]],
  ["two paths", [...ALL, PATH]],
  ["two authorities", [...ALL, AUTHORITY]],
  ["a pseudo-field behind a field", [METHOD, SCHEME, ["x", "y"], PATH]],
  ["a pseudo-field behind a content-length", [METHOD, SCHEME, ["content-length", "0"], PATH]],
  ["a response's pseudo-field", [...ALL, [":status", "200"]]],
  ["an unknown pseudo-field", [...ALL, [":protocol", "websocket"]]],
  ["a colon for a name", [...ALL, [":", "x"]]],
  ["an empty name", [...ALL, ["", "x"]]],
  ["an upper-case name", [...ALL, ["X-Name", "x"]]],
  ["a space in a name", [...ALL, ["x y", "x"]]],
  ["a colon in a name", [...ALL, ["x:y", "x"]]],
  ["a name beyond ASCII", [...ALL, ["é", "x"]]],
  ["a control character in a name", [...ALL, ["x\x7f", "x"]]],
  ["a zero byte in a value", [...ALL, ["x", "a\0b"]]],
  ["a line feed in a value", [...ALL, ["x", "a\nb"]]],
  ["a carriage return in a value", [...ALL, ["x", "a\rb"]]],
  ["a space before a value", [...ALL, ["x", " a"]]],
  ["a tab behind a value", [...ALL, ["x", "a\t"]]],
  ["a line feed in a path", [METHOD, SCHEME, [":path", "/\n"]]],
  ["connection", [...ALL, ["connection", "close"]]],
  ["proxy-connection", [...ALL, ["proxy-connection", "close"]]],
  ["keep-alive", [...ALL, ["keep-alive", "1"]]],
  ["transfer-encoding", [...ALL, ["transfer-encoding", "chunked"]]],
  ["upgrade", [...ALL, ["upgrade", "h2c"]]],
  ["te other than trailers", [...ALL, ["te", "gzip"]]],
  ["te with more than trailers", [...ALL, ["te", "trailers, gzip"]]],
  ["a content-length that is no number", [...ALL, ["content-length", "x"]]],
  ["an empty content-length", [...ALL, ["content-length", ""]]],
  ["a negative content-length", [...ALL, ["content-length", "-1"]]],
  ["a content-length with a sign", [...ALL, ["content-length", "+1"]]],
  ["a hexadecimal content-length", [...ALL, ["content-length", "0x10"]]],
  ["a content-length beyond what can be counted", [...ALL, ["content-length", "1".repeat(16)]]],
  ["two content-lengths", [...ALL, ["content-length", "1"], ["content-length", "2"]]],
])("%s is malformed", (_, fields) => {
  expect(build(fields)).toBe("malformed");
});

test.each<readonly [what: string, fields: readonly Header[]]>([
  ["the same content-length twice", [...ALL, ["content-length", "1"], ["content-length", "1"]]],
  ["an empty value", [...ALL, ["x", ""]]],
  ["a value beyond ASCII", [...ALL, ["x", "é\xff"]]],
  ["a space within a value", [...ALL, ["x", "a b"]]],
  ["every character of a name", [...ALL, ["!#$%&'*+-.^_`|~09az", "x"]]],
])("%s is fine", (_, fields) => {
  expect(build(fields)).toMatchObject({ method: "GET" });
});

test("a list counts for its characters and 32 for each field, and may count for so much", () => {
  const fields = [...ALL, ["x", "y"]] as const;
  const size = fields.reduce((sum, [name, value]) => sum + name.length + value.length + 32, 0);
  expect(build(fields, new HeadBuilder(size))).toMatchObject({ method: "GET" });
  expect(build(fields, new HeadBuilder(size - 1))).toBe("too large");
});

test("a builder keeps nothing of the block before", () => {
  const builder = new HeadBuilder(1000);
  build([...ALL, ["content-length", "5"], ["x", "y"]], builder);
  expect(build([METHOD, SCHEME, PATH], builder)).toEqual({
    method: "GET",
    scheme: "http",
    path: "/a?b",
    authority: "",
    contentLength: -1,
    fields: [],
  });
  build([["x", "y".repeat(1000)]], builder);
  expect(build(ALL, builder)).toMatchObject({ authority: "host:1" });
  build([["X", "y"]], builder);
  expect(build(ALL, builder)).toMatchObject({ authority: "host:1" });
});
