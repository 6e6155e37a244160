import { expect, test } from "vitest";
import { Router } from "../../src/grpc/route.ts";
import type { Services } from "../../src/grpc/service.ts";
import { HpackDecoder } from "../../src/http2/hpack/decoder.ts";
import { HpackEncoder } from "../../src/http2/hpack/encoder.ts";
import { HeadBuilder } from "../../src/http2/request-head.ts";
import { request, type Header } from "../http2/wire.ts";

const services: Services = new Map([
  ["/t.Echo/Say", { kind: "unary", handle: (message, call) => call.respond(message) }],
]);

/** What becomes of the request, as one line. */
function route(...fields: readonly Header[]): string {
  const bytes = request(...fields);
  const builder = new HeadBuilder(100_000);
  builder.begin();
  new HpackDecoder().decode(bytes, 0, bytes.length, builder);
  const head = builder.finish();
  if (typeof head === "string") throw new Error(head);
  const found = new Router(services).route(head);
  switch (found.kind) {
    case "method":
      return `${found.path} timeout=${found.timeoutMillis} encoding=${found.encoding}`;
    case "not gRPC":
      return `${found.status} ${found.text}`;
    case "failed": {
      const into = new Uint8Array(found.answer.bytesMax);
      const lines: string[] = [];
      new HpackDecoder().decode(into, 0, new HpackEncoder().write(found.answer, into, 0), {
        field: ({ name, value }) => void lines.push(`${name}=${value}`),
      });
      return lines.slice(2).join(" ");
    }
  }
}

const FOUND = "/t.Echo/Say timeout=null encoding=identity";
const NOT_GRPC = "415 only gRPC is spoken here over HTTP/2; use HTTP/1.1 for anything else\n";

// prettier-ignore
test.each<readonly [what: string, expected: string, fields: readonly Header[]]>([
  ["a method", FOUND, []],
  ["with a codec in its type", FOUND, [["content-type", "application/grpc+proto"]]],
  ["with a parameter in its type", FOUND, [["content-type", "application/grpc;charset=utf-8"]]],
  ["a timeout", "/t.Echo/Say timeout=1500 encoding=identity", [["grpc-timeout", "1500m"]]],
  ["a timeout of 31 days", "/t.Echo/Say timeout=2678400000 encoding=identity", [["grpc-timeout", "744H"]]],
  ["a timeout beyond all patience is none", FOUND, [["grpc-timeout", "745H"]]],
  ["the longest timeout is none", FOUND, [["grpc-timeout", "99999999H"]]],
  ["a malformed timeout", `grpc-status=13 grpc-message=malformed grpc-timeout: "1 S"`, [["grpc-timeout", "1 S"]]],
  ["a compressed request", "/t.Echo/Say timeout=null encoding=gzip", [["grpc-encoding", "gzip"]]],
  ["an unknown method", "grpc-status=12 grpc-message=unknown method Shout for service t.Echo grpc-accept-encoding=identity", [[":path", "/t.Echo/Shout"]]],
  ["an unknown service", "grpc-status=12 grpc-message=unknown service t.Voice grpc-accept-encoding=identity", [[":path", "/t.Voice/Say"]]],
  ["a path without a service", `grpc-status=12 grpc-message=malformed method name: "/Say" grpc-accept-encoding=identity`, [[":path", "/Say"]]],
  ["a path that is none", `grpc-status=12 grpc-message=malformed method name: "*" grpc-accept-encoding=identity`, [[":path", "*"]]],
  ["a query is no part of a method", "grpc-status=12 grpc-message=unknown method Say?x for service t.Echo grpc-accept-encoding=identity", [[":path", "/t.Echo/Say?x"]]],
  ["another type", NOT_GRPC, [["content-type", "application/json"]]],
  ["gRPC-Web", NOT_GRPC, [["content-type", "application/grpc-web"]]],
  ["no type", NOT_GRPC, [["content-type", ""]]],
  ["a GET", "405 gRPC requests are POST requests\n", [[":method", "GET"]]],
  ["a HEAD, whose answer has no body", "405 ", [[":method", "HEAD"]]],
  ["a HEAD of another type, too", "415 ", [[":method", "HEAD"], ["content-type", "text/html"]]],
])("%s", (_, expected, fields) => {
  expect(route(...fields)).toBe(expected);
});

test("a name that everything inherits is no method", () => {
  expect(route([":path", "/constructor/toString"])).toMatch(/^grpc-status=12 /);
  expect(route([":path", "/t.Echo/__proto__"])).toMatch(/^grpc-status=12 /);
});

test("a text that the client chose is cut off", () => {
  for (const letter of ["x", "%", "\xe9"]) {
    const text = route([":path", `/t.Echo/${letter.repeat(20_000)}`]);
    expect(text.length).toBeLessThan(1200);
  }
});
