import { beforeEach, expect, test } from "vitest";
import { MemberProcess } from "../../../src/compose/ensemble/member-process.ts";
import { Timeline } from "../../../src/compose/ensemble/timeline.ts";

let timeline: Timeline;
let process: MemberProcess;
let happened: (string | number)[];

beforeEach(() => {
  timeline = new Timeline();
  process = new MemberProcess(timeline);
  happened = [];
});

test("what comes while it is paused happens when it goes on, in order and late", async () => {
  process.schedule(20, () => happened.push("second"));
  process.schedule(10, () => happened.push("first"));
  process.pause();
  expect(process.state).toBe("paused");
  await timeline.advance(50);
  expect(happened).toEqual([]);
  process.schedule(0, () => happened.push(`third at ${process.now().monotonic}`));
  process.resume();
  await timeline.advance(50);
  expect(happened).toEqual(["first", "second", "third at 50"]);
});

test("nothing happens in it after its end, not even what waited", async () => {
  process.defer(() => happened.push("due"));
  process.schedule(20, () => happened.push("later"));
  process.pause();
  await timeline.advance(10);
  process.kill();
  process.resume();
  expect(process.state).toBe("ended");
  await timeline.advance(50);
  expect(happened).toEqual([]);
});

test("what it does again and again falls on the beat, and once after a pause", async () => {
  await timeline.advance(7);
  const stop = process.every(10, () => {
    happened.push(process.now().monotonic);
    if (happened.length === 5) stop();
  });
  await timeline.advance(20);
  process.pause();
  await timeline.advance(36);
  process.resume();
  await timeline.advance(100);
  expect(happened).toEqual([10, 20, 63, 70, 80]);
});

test("what is promised in it is null when it ends before", async () => {
  expect(await process.orEnd(Promise.resolve("kept"))).toBe("kept");
  const never = process.orEnd(new Promise<string>(() => {}));
  process.kill();
  expect(await never).toBeNull();
  expect(await process.orEnd(Promise.resolve("too late"))).toBeNull();
});

test("a clock of its own is what it goes by, but not what its beat falls on", async () => {
  const ahead = new MemberProcess(timeline, () => ({ monotonic: 1005, wall: 7 }));
  expect(ahead.now()).toEqual({ monotonic: 1005, wall: 7 });
  const stop = ahead.every(10, () => happened.push(timeline.now().monotonic));
  await timeline.advance(25);
  stop();
  expect(happened).toEqual([10, 20]);
});
