import { readdir, readFile } from "node:fs/promises";
import { counter, gauge, type Family } from "./family.ts";

/** What this process takes of its machine. Descriptors are told where the system tells them. */
export async function processFamilies(): Promise<readonly Family[]> {
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
    ...descriptorFamilies(await openDescriptors(), await descriptorLimit()),
  ];
}

/** The same two numbers under the names that Prometheus's clients give them, and under etcd's own. */
function descriptorFamilies(open: number | null, limit: number | null): readonly Family[] {
  const used = "File descriptors that the process has open.";
  const most = "File descriptors that the process may have open.";
  return [
    gauge("process_open_fds", used, open ?? []),
    gauge("process_max_fds", most, limit ?? []),
    gauge("os_fd_used", used, open ?? []),
    gauge("os_fd_limit", most, limit ?? []),
  ];
}

async function openDescriptors(): Promise<number | null> {
  try {
    const names = await readdir("/proc/self/fd");
    return names.length - 1; // without the one that looks
  } catch {
    return null;
  }
}

async function descriptorLimit(): Promise<number | null> {
  try {
    const limits = await readFile("/proc/self/limits", "utf8");
    const soft = /^Max open files +(\d+)/m.exec(limits)?.[1];
    return soft === undefined ? null : Number(soft);
  } catch {
    return null;
  }
}
