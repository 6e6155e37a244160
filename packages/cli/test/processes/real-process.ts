import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The command line as it is installed. */
export const BIN: string = fileURLToPath(new URL("../../bin/quorate.js", import.meta.url));

const BUILT = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
if (!existsSync(BUILT)) throw new Error(`${BUILT} is missing: build first, with npm run build`);

/** A process that runs until it is ended; what it says goes to a file. */
export class RealProcess {
  readonly #child: ChildProcess;

  /** @param logFile - written on from where an earlier process ended */
  constructor(command: readonly string[], logFile: string) {
    const [program = "", ...args] = command;
    const log = openSync(logFile, "a");
    this.#child = spawn(program, args, {
      // The fourth stream tells a member that we are gone, however we went.
      stdio: ["ignore", log, log, "ipc"],
      // It runs from what was built, whatever conditions this process runs under.
      env: { PATH: process.env["PATH"] ?? "", QUORATE_STOP_WITH_PARENT: "1" },
    });
    closeSync(log);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isOver(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends the process and waits until it is gone; the exit code, or null after a signal. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.isOver) return this.#child.exitCode;
    const gone = new Promise<number | null>((resolve) =>
      this.#child.once("exit", (code) => resolve(code)),
    );
    this.#child.kill(signal);
    // One that is stopped (SIGSTOP) could not act on the signal.
    this.#child.kill("SIGCONT");
    return gone;
  }
}
