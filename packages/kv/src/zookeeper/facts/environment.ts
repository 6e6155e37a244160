import { arch, homedir, hostname, release, tmpdir, type, userInfo } from "node:os";
import { ZOOKEEPER_VERSION } from "../version.ts";

/** Where the server runs, under ZooKeeper's names where they have a meaning without a JVM. */
export function environment(): readonly (readonly [name: string, value: string])[] {
  const { heapUsed, heapTotal } = process.memoryUsage();
  return [
    ["zookeeper.version", ZOOKEEPER_VERSION],
    ["host.name", hostname()],
    ["node.version", process.version],
    ["node.io.tmpdir", tmpdir()],
    ["os.name", type()],
    ["os.arch", arch()],
    ["os.version", release()],
    ["user.name", userName()],
    ["user.home", homedir()],
    ["user.dir", process.cwd()],
    ["os.memory.free", megabytes(heapTotal - heapUsed)],
    ["os.memory.total", megabytes(heapTotal)],
  ];
}

/** In a container the user may have no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return "<NA>";
  }
}

function megabytes(bytes: number): string {
  return `${Math.floor(bytes / (1024 * 1024))}MB`;
}
