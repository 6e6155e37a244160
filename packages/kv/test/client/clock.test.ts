import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { realClock } from "../../src/client/clock.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const DAY = 24 * 3_600_000;

test("timers run once, at their time, however far that is", () => {
  let runs = 0;
  realClock.after(100 * DAY, () => runs++);
  vi.advanceTimersByTime(100 * DAY - 1);
  expect(runs).toBe(0);
  vi.advanceTimersByTime(1);
  expect(runs).toBe(1);
  vi.advanceTimersByTime(200 * DAY);
  expect(runs).toBe(1);
});

test.each([10, 60 * DAY])("a timer that is taken back after %i ms does not run", (after) => {
  const stop = realClock.after(100 * DAY, () => expect.unreachable());
  vi.advanceTimersByTime(after);
  stop();
  expect(vi.getTimerCount()).toBe(0);
});
