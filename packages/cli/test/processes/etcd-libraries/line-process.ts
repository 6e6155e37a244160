import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";

const LINE_WITHIN_MS = 30_000;

/** A program that prints a line for what happens, and goes on when it is told a line. */
export class LineProcess {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #gone: Promise<void>;
  #complaints = "";

  constructor(command: readonly string[]) {
    const [program = "", ...args] = command;
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    this.#gone = new Promise((resolve) => child.once("close", () => resolve()));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (this.#complaints += text));
    // Whoever has ended is not told anything any more.
    child.stdin.on("error", () => undefined);
  }

  /** The next line it prints. */
  async next(): Promise<string> {
    const line = await this.#nextOrEnd();
    if (line === null) throw new Error(`it ended:\n${this.#complaints}`);
    return line;
  }

  /** All lines that are left; it must end by itself. */
  async rest(): Promise<readonly string[]> {
    const lines: string[] = [];
    for (let line = await this.#nextOrEnd(); line !== null; line = await this.#nextOrEnd()) {
      lines.push(line);
    }
    await this.#gone;
    if (this.#child.exitCode !== 0) throw new Error(`it failed:\n${this.#complaints}`);
    return lines;
  }

  say(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it at once, as if its machine had lost power. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#gone;
  }

  /** Null when it has nothing more to say. */
  async #nextOrEnd(): Promise<string | null> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_resolve, reject) => {
      const complain = (): void => reject(new Error(`it said no more:\n${this.#complaints}`));
      timer = setTimeout(complain, LINE_WITHIN_MS);
    });
    try {
      const { done, value } = await Promise.race([this.#lines.next(), tooLate]);
      return done === true ? null : value;
    } finally {
      clearTimeout(timer);
    }
  }
}
