import { spawn } from "node:child_process";
import { BIN } from "./real-process.ts";

const WITHIN_MS = 20_000;

/** How a command ended, and what it complained of. */
export interface Ended {
  /** Null when it had to be killed. */
  readonly code: number | null;
  readonly err: string;
}

/** Runs `quorate` until it gives up by itself. */
export function runToEnd(...args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [BIN, ...args], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { PATH: process.env["PATH"] ?? "" },
    timeout: WITHIN_MS,
  });
  let err = "";
  child.stderr.on("data", (chunk: Buffer) => {
    err += chunk.toString();
  });
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, err })));
}
