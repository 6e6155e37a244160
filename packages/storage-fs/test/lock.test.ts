import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lockDirectory } from "../src/directory-lock.ts";
import { nodeFileSystem } from "../src/node-file-system.ts";
import { realDirectory } from "./places.ts";

/** The name that the process of this id would put on its lock. */
function ownerOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const started = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").slice(0, 8);
  return `${pid}-${started}-${boot}`;
}

test("another process keeps its lock until it is killed", async () => {
  const path = realDirectory();
  const child = spawn("sleep", ["60"]);
  await once(child, "spawn");
  writeFileSync(join(path, `LOCK.${ownerOf(child.pid ?? 0)}`), "");
  expect(() => lockDirectory(nodeFileSystem, path)).toThrow(`in use by process ${child.pid}`);
  expect(readdirSync(path).length).toBe(1);
  child.kill("SIGKILL");
  await once(child, "exit");
  const unlock = lockDirectory(nodeFileSystem, path);
  expect(readdirSync(path)).toEqual([`LOCK.${nodeFileSystem.owner()}`]);
  unlock();
  expect(readdirSync(path)).toEqual([]);
});

test("a killed process that nobody has waited for holds nothing", async () => {
  const path = realDirectory();
  const parent = spawn("sh", ["-c", "sleep 60 & echo $!; exec sleep 60"]);
  const [line] = (await once(parent.stdout, "data")) as [Buffer];
  const pid = Number(line.toString());
  writeFileSync(join(path, `LOCK.${ownerOf(pid)}`), "");
  expect(() => lockDirectory(nodeFileSystem, path)).toThrow("in use");
  process.kill(pid, "SIGKILL");
  while (!/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"))) {
    await new Promise((done) => setImmediate(done));
  }
  lockDirectory(nodeFileSystem, path)();
  parent.kill("SIGKILL");
});

test("the same id, of another start or another boot, is not the owner", () => {
  const path = realDirectory();
  const [pid, started, boot] = ownerOf(process.ppid).split("-");
  for (const owner of [`${pid}-${Number(started) + 1}-${boot}`, `${pid}-${started}-00000000`]) {
    writeFileSync(join(path, `LOCK.${owner}`), "");
    lockDirectory(nodeFileSystem, path)();
    expect(readdirSync(path)).toEqual([]);
  }
});
