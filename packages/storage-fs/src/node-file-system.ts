import {
  closeSync,
  constants,
  fdatasync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  read as readFd,
  renameSync,
  unlinkSync,
  writeFileSync,
  writev,
  write as writeFd,
} from "node:fs";
import type { FileSystem, OpenFile } from "./file-system.ts";

/** Below this many bytes one copy is cheaper than a vectored write. */
const COPY_BYTES_MAX = 64 * 1024;

const FLAGS = {
  create: constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC,
  durable: constants.O_RDWR | constants.O_DSYNC,
  read: constants.O_RDONLY,
};

/** The machine's own file system: the only file here that knows Node's. */
export const nodeFileSystem: FileSystem = {
  list: (directory) => unlessMissing(() => readdirSync(directory)) ?? [],
  makeDirectory: (path) => void mkdirSync(path, { recursive: true }),
  read: (path) => unlessMissing(() => plain(readFileSync(path))),
  createExclusive: (path, content) => writeFileSync(path, content, { flag: "wx", flush: true }),
  remove: (path) => unlinkSync(path),
  rename: (from, to) => renameSync(from, to),
  owner: () => describeProcess(process.pid),
  isAlive,
  syncDirectory(path) {
    const fd = openSync(path, "r");
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  },
  open: (path, mode) => openFile(openSync(path, FLAGS[mode], 0o600)),
};

/** Plain arrays beyond this file: a Buffer's `slice` shares its memory, theirs copies. */
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

function unlessMissing<T>(action: () => T): T | null {
  try {
    return action();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

function openFile(fd: number): OpenFile {
  // A descriptor closed under a request that waits for a thread would be reused: the request would
  // then hit whatever file was opened next.
  let pending = 0;
  let closing = false;
  const begin = (): void => {
    if (closing) throw new Error("the file is closed");
    pending++;
  };
  const end = (): void => {
    if (--pending === 0 && closing) closeSync(fd);
  };
  return {
    write(parts, position, done) {
      const size = parts.reduce((sum, part) => sum + part.length, 0);
      const whole =
        parts.length > 1 && size <= COPY_BYTES_MAX ? [Buffer.concat(parts, size)] : parts;
      begin();
      writeAll(fd, whole, position, (error) => {
        end();
        done(error);
      });
    },
    read(position, length, done) {
      begin();
      readAll(fd, Buffer.alloc(length), 0, position, (error, bytes) => {
        end();
        done(error, bytes);
      });
    },
    size: () => fstatSync(fd).size,
    sync(done) {
      begin();
      fdatasync(fd, (error) => {
        end();
        done(error);
      });
    },
    close() {
      if (closing) return;
      closing = true;
      if (pending === 0) closeSync(fd);
    },
  };
}

/** Process id, its start in ticks since boot, and the boot; the latter where the system tells them. */
function describeProcess(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // Fields follow the command, which may hold spaces and parentheses itself; the 20th is the start.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // A killed process that nobody has waited for holds nothing any more.
    if (fields[0] === "Z") return `${pid}`;
    const started = fields[19] ?? "";
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").slice(0, 8);
    return `${pid}-${started}-${boot}`;
  } catch {
    return `${pid}`;
  }
}

function isAlive(owner: string): boolean {
  const pid = Number(owner.split("-")[0]);
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Another user's process runs all the same.
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  return describeProcess(pid) === owner;
}

/** A write may be answered with less than was asked for: the rest is asked for again. */
function writeAll(
  fd: number,
  parts: readonly Uint8Array[],
  position: number,
  done: (error: Error | null) => void,
): void {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) {
    writeFd(fd, only, 0, only.length, position, (error, written) => {
      if (error !== null || written === only.length) done(error);
      else writeAll(fd, [only.subarray(written)], position + written, done);
    });
    return;
  }
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  writev(fd, parts, position, (error, written) => {
    if (error !== null || written === size) done(error);
    else writeAll(fd, [Buffer.concat(parts, size).subarray(written)], position + written, done);
  });
}

function readAll(
  fd: number,
  buffer: Buffer,
  filled: number,
  position: number,
  done: (error: Error | null, bytes: Uint8Array) => void,
): void {
  readFd(fd, buffer, filled, buffer.length - filled, position + filled, (error, count) => {
    if (error !== null || count === 0 || filled + count === buffer.length) {
      const length = filled + (error === null ? count : 0);
      done(error, plain(buffer.subarray(0, length)));
    } else readAll(fd, buffer, filled + count, position, done);
  });
}
