import { QuorateError } from "@quorate/core";
import { createServer, type Socket } from "node:net";
import type { MemberLog } from "./member-log.ts";

/** Where a server of the ensemble would be called for an election. */
export interface ElectionAddress {
  readonly host: string;
  readonly port: number;
}

/** The first thing that a Java server says: version 8 (or, very old, its own number), number 8. */
const GREETING_BYTES = 16;
const PROTOCOL_VERSIONS = [-65_536n, -65_535n];
const CONNECTIONS_MAX = 32;
const PATIENCE_MILLIS = 5_000;
/** Java's servers call again and again: each is told of once in a while. */
const SILENCE_MILLIS = 60_000;

/**
 * Listens on the election port for Java's servers, which cannot form an ensemble with ours, and says so
 * in the log; to the caller the connection just closes. Ours elect over the quorum port.
 *
 * @returns how to stop it
 * @throws `ERR_ADDRESS`
 */
export async function refuseJavaElections(
  { host, port }: ElectionAddress,
  log: MemberLog,
): Promise<() => Promise<void>> {
  const sockets = new Set<Socket>();
  const toldAt = new Map<string, number>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    hearOut(socket, (caller) => {
      const now = performance.now();
      if (now - (toldAt.get(caller) ?? -Infinity) < SILENCE_MILLIS) return;
      if (toldAt.size >= CONNECTIONS_MAX) toldAt.clear();
      toldAt.set(caller, now);
      log.warn(
        { remote: socket.remoteAddress ?? "?", port },
        `${caller} called for an election: servers of Java's ZooKeeper and of Quorate cannot form one ` +
          "ensemble. Stop it, or start it as a Quorate server with the same zoo.cfg",
      );
    });
  });
  server.maxConnections = CONNECTIONS_MAX;
  await new Promise<void>((done, fail) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const why =
        error.code === "EADDRINUSE"
          ? "another process listens there; stop it, or change the server line in zoo.cfg"
          : error.message;
      const text = `cannot listen on the election port ${host}:${port}: ${why}`;
      fail(new QuorateError("ERR_ADDRESS", text, { cause: error }));
    });
    server.listen(port, host, done);
  });
  return async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((done) => server.close(() => done()));
  };
}

/** Reads who calls, then hangs up. */
function hearOut(socket: Socket, tell: (caller: string) => void): void {
  let heard = Buffer.alloc(0);
  socket.setTimeout(PATIENCE_MILLIS, () => socket.destroy());
  socket.on("data", (chunk) => {
    heard = Buffer.concat([heard, chunk]);
    if (heard.length < GREETING_BYTES) return;
    socket.removeAllListeners("data");
    socket.destroy();
    tell(callerOf(heard));
  });
}

function callerOf(greeting: Buffer): string {
  const version = greeting.readBigInt64BE(0);
  if (PROTOCOL_VERSIONS.includes(version)) return `server ${greeting.readBigInt64BE(8)}`;
  // Before 3.4.6 the number came first, without a version.
  if (version >= 0n && version <= 255n) return `server ${version}`;
  return "something that is no ZooKeeper server";
}
