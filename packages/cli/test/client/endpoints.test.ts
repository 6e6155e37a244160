import { expect, test } from "vitest";
import { endpointsOf } from "../../src/client/endpoints.ts";

test.each([
  [undefined, {}, ["http://127.0.0.1:2379"]],
  ["a:1, http://b:2", {}, ["http://a:1", "http://b:2"]],
  [undefined, { ETCDCTL_ENDPOINTS: "c:3" }, ["http://c:3"]],
  [undefined, { ETCDCTL_ENDPOINTS: "c:3", QUORATE_ENDPOINTS: "d:4" }, ["http://d:4"]],
  ["a:1", { ETCDCTL_ENDPOINTS: "c:3", QUORATE_ENDPOINTS: "d:4" }, ["http://a:1"]],
  ["[::1]:2379", {}, ["http://[::1]:2379"]],
])("%s with %j", (flag, env, expected) => {
  expect(endpointsOf(flag, env)).toEqual(expected);
});

test.each([
  ["localhost", {}, '--endpoints: "http://localhost" has no port: write http://host:port'],
  ["a:1,", {}, '--endpoints: "http://" has no port: write http://host:port'],
  [
    undefined,
    { QUORATE_ENDPOINTS: "https://a:1" },
    /^QUORATE_ENDPOINTS: "https:\/\/a:1" asks for TLS/,
  ],
])("refused: %s with %j", (flag, env, message) => {
  expect(() => endpointsOf(flag, env)).toThrow(message);
});
