import { expect, test } from "vitest";
import {
  descriptors,
  expose,
  heapFamilies,
  LoopMonitor,
  processFamilies,
} from "../../src/metrics/index.ts";
import { parseScrape } from "./scraped.ts";

test.runIf(process.platform === "linux")("the process is told under the usual names", async () => {
  const families = parseScrape(expose(processFamilies(await descriptors())));
  const value = (name: string): number => families.get(name)?.samples.get(name) ?? Number.NaN;
  expect(value("process_cpu_seconds_total")).toBeGreaterThan(0);
  expect(value("process_resident_memory_bytes")).toBeGreaterThan(10_000_000);
  expect(value("process_open_fds")).toBeGreaterThan(2);
  expect(value("process_max_fds")).toBeGreaterThan(value("process_open_fds"));
  // Whatever changes is taken for a restart.
  const started = value("process_start_time_seconds");
  expect(Math.abs(Date.now() / 1000 - process.uptime() - started)).toBeLessThan(5);
  const again = parseScrape(expose(processFamilies(await descriptors())));
  expect(again.get("process_start_time_seconds")?.samples.values().next().value).toBe(started);
});

test("the heap and the version of Node are told", () => {
  const families = parseScrape(expose(heapFamilies()));
  const version = `nodejs_version_info{version="${process.version}"}`;
  expect(families.get("nodejs_version_info")?.samples.get(version)).toBe(1);
  expect([...families.keys()]).toContain("nodejs_heap_size_used_bytes");
});

test("a loop that is held up is told to be late, once", async () => {
  const monitor = new LoopMonitor();
  const latest = (): number => {
    const families = parseScrape(expose(monitor.families()));
    const max = families.get("nodejs_eventloop_lag_max_seconds");
    return max?.samples.get("nodejs_eventloop_lag_max_seconds") ?? 0;
  };
  // Longer than it takes to look twice at the loop: from one look to the next it is measured.
  const turns = async (): Promise<void> => {
    for (const end = performance.now() + 50; performance.now() < end;) {
      await new Promise((done) => setImmediate(done));
    }
  };
  await turns();
  for (const end = performance.now() + 200; performance.now() < end;);
  await turns();
  expect(latest()).toBeGreaterThan(0.15);
  expect(latest()).toBe(0);
  monitor.stop();
});
