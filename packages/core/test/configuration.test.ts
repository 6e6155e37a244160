import { describe, expect, test } from "vitest";
import {
  checkConfiguration,
  decodeConfiguration,
  encodeConfiguration,
  isVoter,
  majorityOf,
  type Configuration,
} from "../src/configuration.ts";
import { Prng } from "../src/prng.ts";

const MALFORMED = expect.objectContaining({ code: "ERR_MALFORMED" });
const members = ["a", "b", "ç"].map((id) => ({ id, addresses: [`http://${id}:1`, "x"] }));
const CONFIGURATIONS: readonly Configuration[] = [
  majorityOf(members),
  { members, quorum: { kind: "majority", voters: ["b"] } },
  {
    members,
    quorum: {
      kind: "joint",
      outgoing: { kind: "majority", voters: ["a"] },
      incoming: { kind: "weighted", groups: [[{ id: "b", weight: 2 }], [{ id: "ç", weight: 0 }]] },
    },
  },
];

test.each(CONFIGURATIONS)("comes back from its bytes: $quorum.kind", (configuration) => {
  const bytes = encodeConfiguration(configuration);
  expect(decodeConfiguration(bytes)).toEqual(configuration);
  for (let size = 0; size < bytes.length; size++) {
    expect(() => decodeConfiguration(bytes.subarray(0, size)), `${size} bytes`).toThrow(MALFORMED);
  }
  expect(() => decodeConfiguration(Uint8Array.from([...bytes, 0]))).toThrow(MALFORMED);
});

test("knows who votes", () => {
  expect(members.map(({ id }) => isVoter(majorityOf(members), id))).toEqual([true, true, true]);
  expect(isVoter(majorityOf(members.slice(1)), members[0]?.id ?? "")).toBe(false);
});

describe("refuses", () => {
  const refused = expect.objectContaining({ code: "ERR_CONFIGURATION" });

  test("nobody voting, a stranger voting, a member named twice", () => {
    expect(() => checkConfiguration(majorityOf([]))).toThrow(refused);
    expect(() =>
      checkConfiguration({ members, quorum: { kind: "majority", voters: ["z"] } }),
    ).toThrow(refused);
    expect(() => checkConfiguration(majorityOf([...members, ...members]))).toThrow(refused);
  });

  test("an unknown format", () => {
    const bytes = encodeConfiguration(majorityOf(members));
    bytes[0] = 9;
    expect(() => decodeConfiguration(bytes)).toThrow(MALFORMED);
  });

  test("bytes that hold an impossible configuration, as malformed: a peer's mistake is not ours", () => {
    expect(() => decodeConfiguration(encodeConfiguration(majorityOf([])))).toThrow(MALFORMED);
  });

  test("garbage, without hanging or failing otherwise", () => {
    const prng = new Prng(5);
    const bytes = encodeConfiguration(majorityOf(members));
    for (let i = 0; i < 2000; i++) {
      const damaged = bytes.slice();
      for (let left = prng.between(1, 4); left > 0; left--) {
        damaged[prng.below(damaged.length)] = prng.below(256);
      }
      try {
        decodeConfiguration(damaged);
      } catch (thrown) {
        expect(thrown).toEqual(MALFORMED);
      }
    }
  });
});
