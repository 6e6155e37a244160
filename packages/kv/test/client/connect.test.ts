import { afterEach, describe, expect, test } from "vitest";
import { connect } from "../../src/client/connect.ts";
import { encodeRange, ProtoWriter } from "../../src/etcd/codec/index.ts";
import { closeEndpoints, closing, deadEndpoint, endpoint, reply } from "./fake-endpoint.ts";

afterEach(closeEndpoints);

test.each([
  [[], "there are no endpoints: give one"],
  [["a"], 'endpoint "a": no port; give http://HOST:PORT'],
  [["https://a:1"], 'endpoint "https://a:1": TLS is not supported yet; give http://HOST:PORT'],
  [["unix:///a"], 'endpoint "unix:///a": only http is understood; give http://HOST:PORT'],
  [["a:b"], 'endpoint "a:b": not a URL; give http://HOST:PORT'],
])("refuses %j", (endpoints, message) => {
  expect(() => connect({ endpoints })).toThrow(message);
});

test.each(["a:80", "http://a:80", "http://a:80/", "[::1]:1", "http://127.0.0.1:1"])(
  "takes %s",
  (text) => {
    expect(() => connect({ endpoints: [text] }).close()).not.toThrow();
  },
);

describe("a connected client", () => {
  test("asks the next endpoint when one is down", async () => {
    const asked: string[] = [];
    const up = await endpoint((stream, body) => {
      asked.push(body.subarray(5).toString("hex"));
      const answer = new ProtoWriter().int64(4, 3).finish();
      reply(stream, Buffer.concat([Buffer.from([0, 0, 0, 0, answer.length]), answer]));
    });
    const client = closing(connect({ endpoints: [await deadEndpoint(), up] }));
    expect(await client.count("a")).toBe(3);
    const request = encodeRange({ key: Buffer.from("a"), countOnly: true });
    expect(asked).toEqual([Buffer.from(request).toString("hex")]);
  });
});
