import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";

/** How a member's process ended. */
export interface MemberExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly livedMs: number;
}

/** What a member's process tells. */
export interface MemberListener {
  /** One line of its log. */
  line(text: string): void;
  exit(exit: MemberExit): void;
}

const LAST_LINES = 8;

/** One `quorate server` as a child process; its whole log goes to a file. */
export class MemberProcess {
  readonly #child: ChildProcess;
  readonly #lastLines: string[] = [];
  #over = false;

  constructor(command: readonly string[], logFile: string, listener: MemberListener) {
    const [program = "", ...args] = command;
    const log = openSync(logFile, "a");
    const startedAt = performance.now();
    this.#child = spawn(program, args, {
      // The fourth stream tells the member that we are gone, however we went.
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      env: memberEnvironment(),
      // Its own process group: Ctrl-C is for us, and we stop the members in order.
      detached: true,
    });
    const { stderr } = this.#child;
    if (stderr) {
      createInterface({ input: stderr }).on("line", (line) => {
        writeSync(log, `${line}\n`);
        this.#lastLines.push(line);
        if (this.#lastLines.length > LAST_LINES) this.#lastLines.shift();
        listener.line(line);
      });
    }
    const end = (code: number | null, signal: NodeJS.Signals | null): void => {
      if (this.#over) return;
      this.#over = true;
      closeSync(log);
      listener.exit({ code, signal, livedMs: performance.now() - startedAt });
    };
    this.#child.once("error", (error) => {
      this.#lastLines.push(error.message);
      end(null, null);
    });
    // Not "exit": the last lines of the log arrive after it.
    this.#child.once("close", end);
  }

  get pid(): number | null {
    return this.#over ? null : (this.#child.pid ?? null);
  }

  get lastLines(): readonly string[] {
    return this.#lastLines;
  }

  /** Asks for a clean stop, and ends the process if it takes longer than allowed. */
  async stop(allowedMs: number): Promise<void> {
    if (this.#over) return;
    const closed = new Promise<void>((resolve) => this.#child.once("close", () => resolve()));
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), allowedMs);
    this.#child.kill("SIGTERM");
    // A member that is stopped (SIGSTOP) could not act on the signal.
    this.#child.kill("SIGCONT");
    await closed;
    clearTimeout(timer);
  }
}

/** Ours, without settings meant for another server: the flags say all that a member must know. */
function memberEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(ETCD|QUORATE)_/.test(name));
  return { ...Object.fromEntries(own), QUORATE_STOP_WITH_PARENT: "1" };
}
