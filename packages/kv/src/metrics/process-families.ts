import type { Descriptors } from "./descriptors.ts";
import { counter, gauge, type Family } from "./family.ts";

/** What this process takes of its machine, under the names that Prometheus's clients give it. */
export function processFamilies({ open, limit }: Descriptors): readonly Family[] {
  const { user, system } = process.cpuUsage();
  return [
    counter(
      "process_cpu_seconds_total",
      "Seconds of processor time that the process has used.",
      (user + system) / 1e6,
    ),
    gauge(
      "process_resident_memory_bytes",
      "Bytes of memory that the process has in use.",
      process.memoryUsage.rss(),
    ),
    gauge(
      "process_start_time_seconds",
      "When the process started, in seconds since 1970.",
      performance.timeOrigin / 1000,
    ),
    gauge("process_open_fds", "File descriptors that the process has open.", open ?? []),
    gauge("process_max_fds", "File descriptors that the process may have open.", limit ?? []),
  ];
}
