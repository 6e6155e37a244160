import { execFile, execFileSync } from "node:child_process";

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

function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env["PATH"], ETCDCTL_API: "3" };
}
