import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { HostPort } from "../../../src/zookeeper/host-port.ts";

const PROGRAM = fileURLToPath(new URL("crowd.mjs", import.meta.url));

/** One process may not open more files than this on many a machine. */
const SESSIONS_PER_PROCESS = 8_000;

/** What became of all sessions together. */
export interface CrowdCounts {
  readonly open: number;
  readonly lost: number;
  readonly watches: number;
  readonly told: number;
}

type Command =
  | { readonly kind: "open" | "counts" }
  | { readonly kind: "watch"; readonly paths: readonly string[] };

/** Many sessions, spread evenly over the servers, in processes of their own. */
export class Crowd {
  readonly #processes: readonly ChildProcess[];

  constructor(endpoints: readonly HostPort[], sessions: number, timeoutMillis: number) {
    const count = Math.ceil(sessions / SESSIONS_PER_PROCESS);
    this.#processes = Array.from({ length: count }, (_, i) => {
      const share = Math.floor(((i + 1) * sessions) / count) - Math.floor((i * sessions) / count);
      const argument = JSON.stringify({ endpoints, sessions: share, timeoutMillis });
      return fork(PROGRAM, [argument], { execArgv: [] });
    });
  }

  /** Opens all sessions, and keeps them alive from then on. */
  open(): Promise<CrowdCounts> {
    return this.#ask(() => ({ kind: "open" }));
  }

  /** Leaves one watch at each path. */
  watch(paths: readonly string[]): Promise<CrowdCounts> {
    const each = Math.ceil(paths.length / this.#processes.length);
    return this.#ask((i) => ({ kind: "watch", paths: paths.slice(i * each, (i + 1) * each) }));
  }

  counts(): Promise<CrowdCounts> {
    return this.#ask(() => ({ kind: "counts" }));
  }

  close(): void {
    for (const child of this.#processes) child.kill("SIGKILL");
  }

  async #ask(command: (place: number) => Command): Promise<CrowdCounts> {
    const all = await Promise.all(this.#processes.map((child, i) => ask(child, command(i))));
    const sum = (name: keyof CrowdCounts): number =>
      all.reduce((total, counts) => total + counts[name], 0);
    return { open: sum("open"), lost: sum("lost"), watches: sum("watches"), told: sum("told") };
  }
}

function ask(child: ChildProcess, command: Command): Promise<CrowdCounts> {
  return new Promise((resolve, reject) => {
    child.once("message", (answer: { counts: CrowdCounts } | { error: string }) => {
      if ("error" in answer) reject(new Error(answer.error));
      else resolve(answer.counts);
    });
    child.send(command);
  });
}
