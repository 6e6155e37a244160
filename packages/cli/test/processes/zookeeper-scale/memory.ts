import { readFileSync } from "node:fs";

/** Megabytes of memory that a process holds now, and has held at most; Linux only. */
export function memoryOf(pid: number): { readonly nowMb: number; readonly mostMb: number } {
  const text = readFileSync(`/proc/${pid}/status`, "utf8");
  const megabytes = (name: string): number =>
    Math.round(Number(new RegExp(`^${name}:\\s*(\\d+) kB`, "m").exec(text)?.[1]) / 1024);
  return { nowMb: megabytes("VmRSS"), mostMb: megabytes("VmHWM") };
}
