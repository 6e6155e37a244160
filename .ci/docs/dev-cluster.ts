import { spawn, type ChildProcessByStdio } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { Shell } from "./console-session.ts";
import { ROOT_SCRIPTS } from "./known-commands.ts";
import { onPorts } from "./ports.ts";
import { BIN } from "./quorate-bin.ts";

interface DevEvent {
  readonly event: string;
  readonly text: string;
}

/** What a page's command gives to `quorate dev`; null for a command that does not start a cluster. */
export function devArguments(command: string): readonly string[] | null {
  const script = command === "npm start" ? (ROOT_SCRIPTS["start"] ?? "") : null;
  const found =
    /\/quorate\.js dev(.*)$/.exec(script ?? "") ?? /^npx quorate dev(.*)$/.exec(command);
  return found?.[1]?.split(" ").filter((word) => word !== "") ?? null;
}

/** The ports that `quorate dev` takes for the first clients when they are free, as the pages have them. */
export function clientPortOf(args: readonly string[]): string {
  if (args.includes("--zookeeper")) return "2181";
  const services = args.includes("--with") ? args[args.indexOf("--with") + 1] : "etcd";
  return (services ?? "").replace("etcd", "2379").replace("zookeeper", "2181");
}

/** A cluster that a page starts: it runs on while the rest of the page is read. */
export class DevCluster {
  readonly #child: ChildProcessByStdio<null, Readable, null>;
  readonly #closed: Promise<number | null>;
  #printed = "";

  private constructor(args: readonly string[], base: number, { directory, env }: Shell) {
    const own = ["--client-port", onPorts(base, clientPortOf(args)), "--json"];
    this.#child = spawn(process.execPath, [BIN, "dev", ...args, ...own], {
      cwd: directory,
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#closed = new Promise((resolve) => this.#child.once("close", resolve));
  }

  /** Starts it and waits until every member answers. */
  static async start(args: readonly string[], base: number, shell: Shell): Promise<DevCluster> {
    const cluster = new DevCluster(args, base, shell);
    await cluster.#ready();
    return cluster;
  }

  /** What it printed until it was ready, as people see it. */
  get printed(): string {
    return this.#printed;
  }

  /** Stops all members; their supervisor's exit code. */
  async stop(): Promise<number | null> {
    this.#child.kill("SIGTERM");
    return this.#closed;
  }

  async #ready(): Promise<void> {
    const ready = new Promise<void>((resolve) => {
      createInterface({ input: this.#child.stdout }).on("line", (line) => {
        const { event, text } = JSON.parse(line) as DevEvent;
        this.#printed += `${text}\n`;
        if (event === "ready") resolve();
      });
    });
    const ended = this.#closed.then((code) => {
      throw new Error(`quorate dev ended with code ${code}:\n${this.#printed}`);
    });
    await Promise.race([ready, ended]);
  }
}
