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
  let open = true;
  return {
    write(parts, position, done) {
      const size = parts.reduce((sum, part) => sum + part.length, 0);
      const whole = parts.length > 1 && size <= COPY_BYTES_MAX ? [Buffer.concat(parts, size)] : parts;
      writeAll(fd, whole, position, done);
    },
    read: (position, length, done) => readAll(fd, Buffer.alloc(length), 0, position, done),
    size: () => fstatSync(fd).size,
    sync: (done) => fdatasync(fd, done),
    close() {
      if (open) closeSync(fd);
      open = false;
    },
  };
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
