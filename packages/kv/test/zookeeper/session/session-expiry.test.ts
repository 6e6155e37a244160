import { describe, expect, test } from "vitest";
import {
  decodeTouches,
  encodeTouches,
  isTaken,
  NOT_LEADING,
  SessionExpiry,
  TAKEN,
  type Session,
} from "../../../src/zookeeper/session/index.ts";
import { hex, toHex } from "../requests.ts";

const TICK = 100;

function session(birth: number, timeoutMillis: number): Session {
  const id = { sid: 1, birth };
  return { id, password: new Uint8Array(16), timeoutMillis, attachment: birth, sequence: 0 };
}

/** When the session is found to have expired, looking every ms. */
function expiresAt(expiry: SessionExpiry, from: number, until: number): number | null {
  for (let now = from; now <= until; now++) if (expiry.takeExpired(now).length > 0) return now;
  return null;
}

test("a session expires between its timeout and a tick more after it was last heard of", () => {
  for (let start = 0; start < 2 * TICK; start += 7) {
    for (const timeoutMillis of [200, 250, 399]) {
      const expiry = new SessionExpiry(TICK, start);
      expiry.touch(session(1, timeoutMillis), start);
      const at = expiresAt(expiry, start, start + 1000) ?? 0;
      expect(at).toBeGreaterThan(start + timeoutMillis);
      expect(at).toBeLessThanOrEqual(start + timeoutMillis + TICK);
    }
  }
});

test("being heard of puts it off", () => {
  const expiry = new SessionExpiry(TICK, 0);
  const one = session(1, 300);
  expiry.touch(one, 0);
  expect(expiresAt(expiry, 0, 250)).toBe(null);
  expiry.touch(one, 250);
  expect(expiresAt(expiry, 251, 550)).toBe(null);
  expect(expiresAt(expiry, 551, 1000)).toBe(600);
});

test("each is told of once, all that are due together, the forgotten not", () => {
  const expiry = new SessionExpiry(TICK, 0);
  const [one, two, three] = [session(1, 200), session(2, 250), session(3, 200)];
  for (const each of [one, two, three]) expiry.touch(each, 0);
  expiry.forget(three);
  expiry.forget(three);
  expect(expiry.takeExpired(10_000)).toEqual([one, two]);
  expect(expiry.takeExpired(20_000)).toEqual([]);
});

describe("one that could not be ended", () => {
  test("is told of again in the next tick", () => {
    const expiry = new SessionExpiry(TICK, 0);
    const one = session(1, 200);
    expiry.touch(one, 0);
    expect(expiry.takeExpired(300)).toEqual([one]);
    expiry.retry(one);
    expect(expiry.takeExpired(350)).toEqual([]);
    expect(expiry.takeExpired(400)).toEqual([one]);
  });

  test("is not, when it was heard of meanwhile", () => {
    const expiry = new SessionExpiry(TICK, 0);
    const one = session(1, 200);
    expiry.touch(one, 0);
    expect(expiry.takeExpired(300)).toEqual([one]);
    expiry.touch(one, 310);
    expiry.retry(one);
    expect(expiresAt(expiry, 310, 599)).toBe(null);
    expect(expiry.takeExpired(600)).toEqual([one]);
  });
});

describe("touches between members", () => {
  test("have their bytes", () => {
    const question = encodeTouches(new Set([1, 0xffff_ffff_ffff]));
    expect(toHex(question)).toBe("01 00000002 000000000001 ffffffffffff".replaceAll(" ", ""));
    expect(decodeTouches(question)).toEqual([1, 0xffff_ffff_ffff]);
  });

  test.each(["", "02", "01 00000001", "01 7fffffff 000000000001", "01 00000000 00"])(
    "%j is refused",
    (digits) => {
      expect(() => decodeTouches(hex(digits))).toThrow(
        expect.objectContaining({ code: "ERR_MALFORMED" }),
      );
    },
  );

  test("are taken by the leader only", () => {
    expect([isTaken(TAKEN), isTaken(NOT_LEADING), isTaken(new Uint8Array(0))]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
