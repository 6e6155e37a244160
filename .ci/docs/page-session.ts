import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { ROOT } from "../source-files.ts";
import {
  commandsOf,
  runCommands,
  transcript,
  typedIn,
  type Command,
  type Shell,
} from "./console-session.ts";
import { DevCluster, devArguments } from "./dev-cluster.ts";
import { isExpected } from "./expected-output.ts";
import { freeBase, onPorts } from "./ports.ts";

/** A session as the page has it, and as it went. */
export interface Comparison {
  readonly page: string;
  readonly actual: string;
}

/** A reader of one page, who types its commands in order and leaves running what it starts. */
export class PageSession {
  readonly #shell: Shell;
  readonly #base: number;
  readonly #clusters: DevCluster[] = [];

  private constructor(base: number) {
    const directory = mkdtempSync(join(tmpdir(), "quorate-page-"));
    this.#base = base;
    this.#shell = {
      directory,
      env: {
        PATH: `${join(ROOT, "node_modules/.bin")}${delimiter}${process.env["PATH"] ?? ""}`,
        HOME: directory,
        NO_COLOR: "1",
        // What clients take when nothing is said, at the cluster's own port.
        ETCDCTL_ENDPOINTS: onPorts(base, "127.0.0.1:2379"),
      },
    };
  }

  static async open(): Promise<PageSession> {
    return new PageSession(await freeBase());
  }

  /** Types the commands of a block; one that starts a cluster is the only one of its block. */
  async type(block: string): Promise<Comparison> {
    const commands = commandsOf(onPorts(this.#base, block));
    const starts = typedIn(block)
      .map(devArguments)
      .find((args) => args !== null);
    const session = starts
      ? await this.#startCluster(commands, starts)
      : await runCommands(commands, this.#shell);
    return { page: transcript(commands), actual: transcript(session) };
  }

  async close(): Promise<void> {
    const codes = await Promise.all(this.#clusters.map((cluster) => cluster.stop()));
    rmSync(this.#shell.directory, { recursive: true, force: true });
    const failed = codes.find((code) => code !== 0);
    if (failed !== undefined) throw new Error(`quorate dev ended with code ${failed}`);
  }

  async #startCluster(
    commands: readonly Command[],
    args: readonly string[],
  ): Promise<readonly Command[]> {
    if (commands.length > 1) throw new Error("a page starts a cluster in a block of its own");
    const cluster = await DevCluster.start(args, this.#base, this.#shell);
    this.#clusters.push(cluster);
    const { printed } = cluster;
    return commands.map(({ typed, output }) => ({
      typed,
      output: isExpected(output, printed) ? output : printed,
    }));
  }
}

/** Whether the program is on this machine. */
export function isInstalled(program: string): boolean {
  try {
    execFileSync("bash", ["-c", `command -v ${program}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
