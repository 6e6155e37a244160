import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { Mailbox } from "../../src/zookeeper-client/mailbox.ts";

test("items are taken in order, whether they are there or waited for", async () => {
  const mailbox = new Mailbox<number>(new AbortController().signal);
  mailbox.put(1);
  mailbox.put(2);
  expect([await mailbox.take(), await mailbox.take()]).toEqual([1, 2]);
  const third = mailbox.take();
  mailbox.put(3);
  expect(await third).toBe(3);
});

test("who waits is told that it was stopped, and who comes later too", async () => {
  const stop = new AbortController();
  const mailbox = new Mailbox<number>(stop.signal);
  const waiting = mailbox.take();
  stop.abort();
  expect(await waiting).toBe(null);
  mailbox.put(1);
  expect(await mailbox.take()).toBe(null);
});

test("however often it is waited, one listener waits for the end", async () => {
  const { signal } = new AbortController();
  const mailbox = new Mailbox<number>(signal);
  for (const item of [1, 2, 3]) {
    const taken = mailbox.take();
    mailbox.put(item);
    await taken;
  }
  expect(getEventListeners(signal, "abort")).toHaveLength(1);
});
