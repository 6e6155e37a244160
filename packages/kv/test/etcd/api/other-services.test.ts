import { utf8Encode } from "@quorate/core";
import { beforeEach, describe, expect, test } from "vitest";
import { encodeCommand } from "../../../src/etcd/apply/index.ts";
import { SERVER_VERSION } from "../../../src/etcd/version.ts";
import {
  encodeAlarm,
  encodeCompaction,
  encodeMemberAttributes,
  encodePut,
  ProtoWriter,
} from "../../../src/etcd/codec/index.ts";
import { STATUS } from "../../../src/grpc/index.ts";
import {
  bytes,
  fieldsOf,
  MemberUnderTest,
  messagesAt,
  numberAt,
  SELF,
  textsAt,
} from "./member-under-test.ts";

let member: MemberUnderTest;

beforeEach(() => {
  member = new MemberUnderTest();
});

function compact(revision: number): void {
  member.ok("/etcdserverpb.KV/Compact", encodeCompaction({ revision }));
}

function put(key: string, value = ""): void {
  member.ok("/etcdserverpb.KV/Put", encodePut({ key: bytes(key), value: bytes(value) }));
}

/** As if it came from another member. */
function apply(data: Uint8Array): void {
  member.machine.apply([{ index: 1, term: 1, time: 0, kind: "command", data }], () => {});
}

describe("MemberList", () => {
  const LIST = "/etcdserverpb.Cluster/MemberList";

  test("joins the configuration with what the members announced, in the order of ids", () => {
    const configuration = {
      members: [
        { id: SELF, addresses: ["http://one:2380"] },
        { id: "9f", addresses: ["http://two:2380"] },
      ],
      quorum: { kind: "majority", voters: [SELF] },
    } as const;
    member.log.become({ configurations: { committed: configuration, latest: configuration } });
    const announcement = { id: SELF, name: "one", clientUrls: ["http://one:2379"] };
    const command = encodeCommand("memberAttributes", encodeMemberAttributes(announcement));
    member.requests.propose(command, () => {});
    member.commit();

    const answer = member.ok(LIST);
    const [other, self] = messagesAt(answer, 2);
    expect(self && [textsAt(self, 2), textsAt(self, 3), textsAt(self, 4)]).toEqual([
      ["one"],
      ["http://one:2380"],
      ["http://one:2379"],
    ]);
    expect(self && numberAt(self, 5)).toBe(0);
    // Neither announced nor a voter.
    expect(other && [numberAt(other, 1), textsAt(other, 2), numberAt(other, 5)]).toEqual([
      0x9f,
      [],
      1,
    ]);
    const [header] = messagesAt(answer, 1);
    expect(header?.has(3)).toBe(false);
  });

  test("asks the group only when told to", () => {
    expect(member.begin(LIST).answers).toHaveLength(1);
    const linearizable = member.begin(LIST, new ProtoWriter().bool(1, true).finish());
    expect(linearizable.answers).toHaveLength(0);
    member.commit();
    expect(linearizable.answers).toHaveLength(1);
  });
});

describe("Maintenance", () => {
  const MAINTENANCE = "/etcdserverpb.Maintenance";

  test("Status says how this member stands", () => {
    member.log.become({ commit: 12, applied: 11, term: 3 });
    const status = member.ok(`${MAINTENANCE}/Status`);
    expect(textsAt(status, 2)).toEqual([SERVER_VERSION]);
    expect([5, 6, 7].map((field) => numberAt(status, field))).toEqual([12, 3, 11]);
    expect(status.has(4)).toBe(true);
    expect(textsAt(status, 8)).toEqual([]);
  });

  test("Status without a leader names the trouble", () => {
    member.log.become({ leader: null });
    const status = member.ok(`${MAINTENANCE}/Status`);
    expect(status.has(4)).toBe(false);
    expect(textsAt(status, 8)).toEqual(["etcdserver: no leader"]);
  });

  test("HashKV is the same for the same history, and only for it", () => {
    const hash = (revision: number): number => {
      const request = new ProtoWriter().int64(1, revision).finish();
      return numberAt(member.ok(`${MAINTENANCE}/HashKV`, request), 2);
    };
    put("a");
    const before = hash(0);
    expect(hash(2)).toBe(before);
    put("b");
    expect(hash(2)).toBe(before);
    expect(hash(0)).not.toBe(before);
  });

  test("HashKV says -1 before the first compaction, and refuses what is gone or to come", () => {
    const hashKv = `${MAINTENANCE}/HashKV`;
    put("a");
    put("a");
    expect(numberAt(member.ok(hashKv), 3)).toBe(-1);
    compact(3);
    expect(numberAt(member.ok(hashKv), 3)).toBe(3);
    const at = (revision: number): unknown =>
      member.call(hashKv, new ProtoWriter().int64(1, revision).finish());
    expect(at(2)).toEqual({
      code: STATUS.outOfRange,
      text: "etcdserver: mvcc: required revision has been compacted",
    });
    expect(at(4)).toEqual({
      code: STATUS.outOfRange,
      text: "etcdserver: mvcc: required revision is a future revision",
    });
  });

  describe("HashKV of a keyspace of many slices", () => {
    const HASH_KV = `${MAINTENANCE}/HashKV`;

    beforeEach(() => {
      for (let i = 0; i < 20; i++) put(`k${i}`, "x".repeat(50_000));
    });

    test("lets the loop turn, and is of the moment when it was asked for", () => {
      const expected = numberAt(member.ok(HASH_KV), 2);
      const { answers } = member.begin(HASH_KV);
      let turns = 0;
      for (; answers.length === 0 && turns < 100; turns++) {
        member.turn();
        // Not through the member's own loop, which would go on with the hash.
        apply(encodeCommand("put", encodePut({ key: bytes("k1"), value: bytes(String(turns)) })));
        apply(encodeCommand("compact", encodeCompaction({ revision: 2 + turns })));
        member.machine.store.sweep();
      }
      expect(turns).toBeGreaterThan(5);
      const [answer] = answers;
      expect(answer?.code === 0 && numberAt(fieldsOf(answer.message), 2)).toBe(expected);
      expect(answer?.code === 0 && numberAt(fieldsOf(answer.message), 4)).toBe(21);
    });

    test("answers the other requests meanwhile", () => {
      const { answers } = member.begin(HASH_KV);
      member.turn();
      const { answers: reads } = member.begin(`${MAINTENANCE}/Status`);
      expect([answers.length, reads.length]).toEqual([0, 1]);
    });

    test("is refused when too many are under way, and given up when nobody waits for it", () => {
      const asked = Array.from({ length: 17 }, () => member.begin(HASH_KV));
      expect(asked.map(({ answers }) => answers.length)).toEqual([...Array(16).fill(0), 1]);
      expect(asked.at(-1)?.answers).toEqual([
        { code: STATUS.resourceExhausted, text: "etcdserver: too many requests" },
      ]);
      for (const { cancel } of asked) cancel();
      let turns = 0;
      while (member.turn()) turns++;
      expect(turns).toBe(16);
      expect(member.ok(HASH_KV).has(2)).toBe(true);
    });
  });

  test("Alarm raises, lists and disarms", () => {
    const ALARM = `${MAINTENANCE}/Alarm`;
    const raise = { action: "activate", member: SELF, alarm: "noSpace" } as const;
    expect([...member.ok(ALARM).keys()]).toEqual([1]);
    for (const request of [encodeAlarm(raise), new Uint8Array(0)]) {
      const [alarm] = messagesAt(member.ok(ALARM, request), 2);
      expect(numberAt(alarm ?? new Map(), 2)).toBe(1);
    }
    expect(textsAt(member.ok(`${MAINTENANCE}/Status`), 8)).toEqual([
      `memberID:${BigInt(`0x${SELF}`)} alarm:NOSPACE `,
    ]);
    member.ok(ALARM, encodeAlarm({ ...raise, action: "deactivate" }));
    expect([...member.ok(ALARM).keys()]).toEqual([1]);
  });
});

describe("grpc.health.v1", () => {
  const CHECK = "/grpc.health.v1.Health/Check";

  test("serves while there is a leader", () => {
    expect(numberAt(member.ok(CHECK), 1)).toBe(1);
    member.log.become({ leader: null });
    expect(numberAt(member.ok(CHECK), 1)).toBe(2);
  });

  test("knows no other service", () => {
    const request = new ProtoWriter().bytes(1, utf8Encode("other")).finish();
    expect(member.call(CHECK, request)).toEqual({ code: STATUS.notFound, text: "unknown service" });
  });
});

test.each(["etcdserverpb.Cluster/MemberAdd", "etcdserverpb.Auth/Authenticate"])(
  "%s is said to be missing",
  (name) => {
    expect(member.call(`/${name}`)).toEqual({
      code: STATUS.unimplemented,
      text: `${name} is not implemented by Quorate yet`,
    });
  },
);
