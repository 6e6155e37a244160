import { Prng } from "@quorate/core";
import { expect, test } from "vitest";
import { decodeControl, encodeControl, type Control } from "../src/control.ts";

const identity = { group: "zookeeper", cluster: "c1", self: "3" };
const hello = {
  process: "00ff00ff00ff0001",
  incarnation: 1_790_000_000_000,
  groups: [identity, { group: "etcd", cluster: "Ωmega", self: "8e9e05c52164694d" }],
};

const CONTROLS: readonly Control[] = [
  { kind: "probe" },
  { kind: "hello", hello },
  { kind: "hello", hello: { ...hello, groups: [] } },
  { kind: "refusal", reason: "it is of cluster c2" },
  { kind: "challenge" },
  { kind: "use" },
  { kind: "duplicate" },
  { kind: "joined", identity },
  { kind: "left", channel: 70_000 },
  { kind: "admission", own: 1, theirs: 2 },
  { kind: "denial", theirs: 2, reason: "no member" },
  { kind: "ping", stamp: 1 },
  { kind: "echo", stamp: 2 ** 48 - 1 },
];

test.each(CONTROLS)("$kind comes back as it was", (control) => {
  const bytes = encodeControl(control);
  expect(decodeControl(bytes)).toEqual(control);
  for (let length = 0; length < bytes.length; length++) {
    expect(() => decodeControl(bytes.subarray(0, length))).toThrow("malformed control frame");
  }
  expect(() => decodeControl(new Uint8Array([...bytes, 0]))).toThrow("1 bytes too many");
});

test("what members of different versions say to each other is fixed", () => {
  // A hello of version 1, without the name of a process.
  const old = Buffer.from("015152540100000000000100000000", "hex");
  expect(() => decodeControl(old)).toThrow("peer protocol 1, this member speaks 3");
  const next = Buffer.from("0151525404" + "ff".repeat(20), "hex");
  expect(() => decodeControl(next)).toThrow("peer protocol 4, this member speaks 3");
  expect(Buffer.from(encodeControl({ kind: "hello", hello })).toString("hex")).toMatch(
    /^0151525403/,
  );
  const refusal = Buffer.from(encodeControl({ kind: "refusal", reason: "why" })).toString("hex");
  expect(refusal).toBe("0200000003" + Buffer.from("why").toString("hex"));
  expect(Buffer.from(encodeControl({ kind: "probe" })).toString("hex")).toBe("00");
});

test("a hello that cannot be is refused", () => {
  const twice = encodeControl({ kind: "hello", hello: { ...hello, groups: [identity, identity] } });
  expect(() => decodeControl(twice)).toThrow("a group is named twice");
  const groups = Array.from({ length: 1001 }, (_, i) => ({ ...identity, group: `g${i}` }));
  const many = encodeControl({ kind: "hello", hello: { ...hello, groups } });
  expect(() => decodeControl(many)).toThrow("more than 1000 groups");
  expect(() => decodeControl(Buffer.from("0100000000", "hex"))).toThrow("not a Quorate member");
  expect(() => decodeControl(Buffer.from("2a", "hex"))).toThrow("kind 42 is not known here");
});

test("a reason is not longer than a line of a log", () => {
  const reason = "x".repeat(100_000);
  const control = decodeControl(encodeControl({ kind: "refusal", reason }));
  expect(control.kind === "refusal" && control.reason.length).toBe(1000);
});

test("garbage is refused or means something, but never breaks", () => {
  const prng = new Prng(2);
  for (let round = 0; round < 5000; round++) {
    const bytes = Uint8Array.from({ length: prng.below(40) }, () => prng.below(256));
    bytes[0] = prng.below(14);
    try {
      encodeControl(decodeControl(bytes));
    } catch (error) {
      expect(error).toMatchObject({ code: "ERR_MALFORMED" });
    }
  }
});
