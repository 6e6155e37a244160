import { expect, test } from "vitest";
import { Inbox } from "../../src/client/inbox.ts";

const DONE = { done: true, value: undefined };

function inbox(): { readonly box: Inbox<string>; readonly emptied: () => number } {
  let count = 0;
  return { box: new Inbox(() => count++), emptied: () => count };
}

test("gives items in order, and tells how much waits and when nothing does", async () => {
  const { box, emptied } = inbox();
  box.put("a", 5);
  box.put("b", 7);
  expect([box.size, box.isEmpty]).toEqual([12, false]);
  expect(await box.take()).toEqual({ done: false, value: "a" });
  expect([box.size, emptied()]).toEqual([7, 0]);
  expect(await box.take()).toEqual({ done: false, value: "b" });
  expect([box.size, box.isEmpty, emptied()]).toEqual([0, true, 1]);
});

test("gives an item at once to one who waits", async () => {
  const { box, emptied } = inbox();
  const [first, second] = [box.take(), box.take()];
  box.put("a", 5);
  expect(box.size).toBe(0);
  box.put("b", 5);
  expect(await Promise.all([first, second])).toEqual([
    { done: false, value: "a" },
    { done: false, value: "b" },
  ]);
  expect(emptied()).toBe(0);
});

test("ends behind what waits, with the error, which is told once", async () => {
  const { box } = inbox();
  const error = new Error("broken");
  box.put("a", 1);
  box.end(error);
  box.end(null);
  box.put("too late", 1);
  expect(await box.take()).toEqual({ done: false, value: "a" });
  await expect(box.take()).rejects.toBe(error);
  expect(await box.take()).toEqual(DONE);
});

test("ends for those who wait", async () => {
  const { box } = inbox();
  const waiting = [box.take(), box.take()];
  box.end(null);
  expect(await Promise.all(waiting)).toEqual([DONE, DONE]);
});

test("drops what waits", async () => {
  const { box } = inbox();
  box.put("a", 1);
  box.clear();
  box.end(null);
  expect(box.size).toBe(0);
  expect(await box.take()).toEqual(DONE);
});
