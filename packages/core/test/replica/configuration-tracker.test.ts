import { expect, test } from "vitest";
import {
  ConfigurationTracker,
  encodeConfiguration,
  majorityOf,
  type Configuration,
  type Entry,
} from "../../src/index.ts";

const of = (...ids: string[]): Configuration =>
  majorityOf(ids.map((id) => ({ id, addresses: [] })));

function entry(index: number, configuration: Configuration): Entry {
  const data = encodeConfiguration(configuration);
  return { index, term: 1, time: 0, kind: "configuration", data };
}

test("a configuration counts from the moment it is appended", () => {
  const tracker = new ConfigurationTracker(of("a"));
  tracker.appended([entry(5, of("a", "b"))]);
  expect(tracker.current).toEqual({ committed: of("a"), latest: of("a", "b") });
  expect(tracker.takeChanged()).toBe(true);
  expect(tracker.takeChanged()).toBe(false);
});

test("it falls back when its entry is truncated", () => {
  const tracker = new ConfigurationTracker(of("a"));
  tracker.appended([entry(5, of("a", "b")), entry(7, of("a", "b", "c"))]);
  tracker.truncated(6);
  expect(tracker.latest).toEqual(of("a", "b"));
  tracker.truncated(5);
  expect(tracker.latest).toEqual(of("a"));
});

test("it is settled when its entry is committed", () => {
  const tracker = new ConfigurationTracker(of("a"));
  tracker.appended([entry(5, of("a", "b"))]);
  tracker.committed(4);
  expect(tracker.current.committed).toEqual(of("a"));
  tracker.committed(5);
  tracker.truncated(6);
  expect(tracker.current).toEqual({ committed: of("a", "b"), latest: of("a", "b") });
});
