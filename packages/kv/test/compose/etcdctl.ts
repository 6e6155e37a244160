import { execFile, execFileSync, spawn } from "node:child_process";

/** Whether Debian's etcdctl is on this machine. */
export const hasEtcdctl: boolean = (() => {
  try {
    execFileSync("etcdctl", ["version"], { env: environment(), stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

export interface Finished {
  readonly status: number;
  readonly stdout: string;
  /** The last line only: before it 3.4 logs every retry. */
  readonly stderr: string;
}

/** Runs etcdctl against the endpoint. */
export function etcdctl(endpoint: string, args: readonly string[], input = ""): Promise<Finished> {
  return new Promise((resolve) => {
    const child = execFile(
      "etcdctl",
      [`--endpoints=${endpoint}`, ...args],
      { env: environment(), timeout: 20_000 },
      (error, stdout, stderr) => {
        const status = error === null ? 0 : Number(error.code ?? -1);
        resolve({ status, stdout, stderr: stderr.trimEnd().split("\n").at(-1) ?? "" });
      },
    );
    child.stdin?.end(input);
  });
}

/** A command that goes on until it is stopped. */
export interface Running {
  /** What it has printed so far. */
  readonly stdout: () => string;
  readonly stop: () => Promise<void>;
}

export function etcdctlRunning(endpoint: string, args: readonly string[]): Running {
  const child = spawn("etcdctl", [`--endpoints=${endpoint}`, ...args], { env: environment() });
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return {
    stdout: () => stdout,
    stop: () => {
      child.kill();
      return exited;
    },
  };
}

function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env["PATH"], ETCDCTL_API: "3" };
}
