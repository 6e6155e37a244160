import { spawn, type ChildProcess } from "node:child_process";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { serverStatus } from "../../src/zookeeper-client/server-status.ts";
import { ZooKeeperError } from "../../src/zookeeper-client/zookeeper-error.ts";
import { freePorts } from "../processes/free-ports.ts";

/** The directory of `zkServer.sh` and `zkCli.sh`, such as /usr/share/zookeeper/bin. */
export const SCRIPTS: string | undefined = process.env["QUORATE_ZOOKEEPER"];

const READY_WITHIN_MS = 60_000;
const POLL_MS = 100;
const ASK_WITHIN_MS = 1000;

interface Server {
  readonly name: string;
  readonly port: number;
  child: ChildProcess | null;
}

/** Java's ZooKeeper with one server or several, on ports and in a directory of its own. */
export class RealZooKeeper {
  readonly directory: string = mkdtempSync(join(tmpdir(), "quorate-zookeeper-"));
  readonly #servers: readonly Server[];

  private constructor(ports: readonly number[], extra: readonly string[]) {
    const size = ports.length / 3;
    this.#servers = Array.from({ length: size }, (_, i) => ({
      name: String(i + 1),
      port: ports[i] ?? 0,
      child: null,
    }));
    const lines = this.#servers.map(
      ({ name }, i) => `server.${name}=127.0.0.1:${ports[size + i]}:${ports[2 * size + i]}`,
    );
    for (const server of this.#servers) this.#write(server, size > 1 ? lines : [], extra);
  }

  /** Writes the servers' files; nothing runs yet. */
  static async prepare(size: number, ...extra: readonly string[]): Promise<RealZooKeeper> {
    return new RealZooKeeper(await freePorts(3 * size), extra);
  }

  get endpoints(): string {
    return this.#servers.map(({ port }) => `127.0.0.1:${port}`).join(",");
  }

  zooCfg(index: number): string {
    return join(this.directory, this.#server(index).name, "zoo.cfg");
  }

  /** Starts all servers and waits until each is in a quorum. */
  async start(): Promise<void> {
    for (const server of this.#servers) this.#launch(server);
    for (const [index] of this.#servers.entries()) await this.until(index, (mode) => mode !== null);
  }

  /** Waits until the server's mode is as wanted; null while it serves nobody. */
  async until(index: number, wanted: (mode: string | null) => boolean): Promise<void> {
    const { name, port, child } = this.#server(index);
    const deadline = performance.now() + READY_WITHIN_MS;
    while (!wanted(await modeOf(port))) {
      if (performance.now() > deadline || child?.exitCode !== null) {
        throw new Error(
          `server ${name} does not get there:\n${readFileSync(this.#log(name), "utf8")}`,
        );
      }
      await pause(POLL_MS);
    }
  }

  /** The index of the server that leads. */
  async leader(): Promise<number> {
    const modes = await Promise.all(this.#servers.map(({ port }) => modeOf(port)));
    return modes.indexOf("leader");
  }

  async kill(index: number): Promise<void> {
    const server = this.#server(index);
    const { child } = server;
    server.child = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  }

  /** Lets ZooKeeper's own client run the commands. */
  async zkCli(...commands: readonly string[]): Promise<void> {
    const args = ["-server", this.endpoints];
    const child = spawn(join(SCRIPTS ?? "", "zkCli.sh"), args, {
      stdio: ["pipe", "ignore", "ignore"],
      env: this.#environment(this.directory),
    });
    child.stdin.end([...commands, "quit", ""].join("\n"));
    await new Promise((resolve) => child.once("exit", resolve));
  }

  async close(): Promise<void> {
    for (const [index] of this.#servers.entries()) await this.kill(index);
    rmSync(this.directory, { recursive: true, force: true });
  }

  #launch(server: Server): void {
    const directory = join(this.directory, server.name);
    const log = openSync(this.#log(server.name), "a");
    const args = ["start-foreground", join(directory, "zoo.cfg")];
    // The script becomes the Java process, so that a signal reaches it.
    server.child = spawn(join(SCRIPTS ?? "", "zkServer.sh"), args, {
      stdio: ["ignore", log, log],
      env: this.#environment(directory),
    });
    closeSync(log);
  }

  #environment(directory: string): NodeJS.ProcessEnv {
    return {
      PATH: process.env["PATH"],
      JMXDISABLE: "true",
      JVMFLAGS: "-Xmx128m",
      ZOO_LOG_DIR: directory,
      ZOOCFGDIR: directory,
    };
  }

  #write({ name, port }: Server, lines: readonly string[], extra: readonly string[]): void {
    const data = join(this.directory, name, "data");
    mkdirSync(data, { recursive: true });
    writeFileSync(join(data, "myid"), `${name}\n`);
    const text = [
      "tickTime=500",
      "initLimit=20",
      "syncLimit=10",
      `dataDir=${data}`,
      `clientPort=${port}`,
      "clientPortAddress=127.0.0.1",
      "admin.enableServer=false",
      ...extra,
      ...lines,
    ];
    writeFileSync(join(this.directory, name, "zoo.cfg"), text.join("\n"));
  }

  #log(name: string): string {
    return join(this.directory, name, "out.log");
  }

  #server(index: number): Server {
    const server = this.#servers[index];
    if (!server) throw new Error(`there is no server ${index}`);
    return server;
  }
}

async function modeOf(port: number): Promise<string | null> {
  try {
    return (await serverStatus({ host: "127.0.0.1", port }, ASK_WITHIN_MS)).mode;
  } catch (thrown) {
    if (thrown instanceof ZooKeeperError) return null;
    throw thrown;
  }
}
