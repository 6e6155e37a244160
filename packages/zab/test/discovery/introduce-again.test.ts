import { majorityOf, Prng } from "@quorate/core";
import { expect, test } from "vitest";
import { Zab, zabTimes, type ZabMessage } from "../../src/index.ts";

const MEMBERS = ["1", "2", "3"].map((id) => ({ id, addresses: [] }));

/** A service is down until then: what the leader missed must not wait for a long `tickTime`. */
test("a learner that the leader did not hear yet introduces itself again soon, whatever a tick is", () => {
  const zab = new Zab({
    self: "2",
    configuration: majorityOf(MEMBERS),
    recovered: { hardState: null, snapshot: null, tail: [] },
    prng: new Prng(1),
    times: zabTimes(60_000, 10, 5),
  });
  const vote = { leader: "3", epoch: 0, last: { term: 0, index: 0 } };
  const message: ZabMessage = { kind: "notification", state: "LOOKING", round: 1, vote };
  const introducedAt: number[] = [];
  for (let now = 0; now <= 1_000; now += 50) {
    const at = { monotonic: now, wall: 0 };
    if (now === 0) {
      zab.step({ kind: "linkUp", peer: "3", incarnation: 1 }, at);
      zab.step({ kind: "receive", from: "3", message }, at);
    }
    zab.step({ kind: "tick" }, at);
    const isIntroduction = zab
      .takeEffects()
      .some((effect) => effect.kind === "send" && effect.message.kind === "followerInfo");
    if (isIntroduction) introducedAt.push(now);
  }
  expect(introducedAt).toEqual([200, 400, 600, 800, 1_000]);
});
