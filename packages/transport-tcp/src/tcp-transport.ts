import { QuorateError, type GroupId, type NodeId, type Transport } from "@quorate/core";
import { createServer, type Server, type Socket } from "node:net";
import { TCP_LIMITS, type TcpTransportOptions } from "./options.ts";
import type { PeerTraffic } from "./peer-traffic.ts";
import { parsePeerUrl, type PeerAddress } from "./peer-url.ts";
import { Switchboard } from "./switchboard.ts";

/** A {@link Transport} over TCP. */
export interface TcpTransport extends Transport {
  /** Where it listens, with the ports it was given for 0. */
  readonly addresses: readonly PeerAddress[];
  /** What has passed between this process's member of a group and its peers; the numbers go on. */
  traffic(group: GroupId): ReadonlyMap<NodeId, Readonly<PeerTraffic>>;
  /** Stops listening and closes every connection. */
  close(): Promise<void>;
}

/**
 * Listens for peers. Links are dialled when a group joins.
 *
 * @throws `ERR_ADDRESS` when a URL cannot be understood or listened on
 */
export async function startTcpTransport(options: TcpTransportOptions): Promise<TcpTransport> {
  const switchboard = new Switchboard({ ...options, limits: { ...TCP_LIMITS, ...options.limits } });
  const sockets = new Set<Socket>();
  const onSocket = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    switchboard.accept(socket);
  };
  const servers: Server[] = [];
  const close = async (): Promise<void> => {
    switchboard.close();
    for (const socket of sockets) socket.destroy();
    await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  };
  try {
    for (const url of options.listen)
      servers.push(await listen(url, options.listenFrom ?? "the URL", onSocket));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    addresses: servers.map(addressOf),
    traffic: (group) => switchboard.seats.get(group)?.traffic ?? new Map(),
    close,
    join: (identity, peers, receiver) => switchboard.join(identity, peers, receiver),
  };
}

async function listen(
  url: string,
  from: string,
  onSocket: (socket: Socket) => void,
): Promise<Server> {
  const { host, port } = parsePeerUrl(url);
  const server = createServer(onSocket);
  await new Promise<void>((done, fail) => {
    server.once("error", (error: NodeJS.ErrnoException) => fail(explain(url, from, error)));
    server.listen({ host, port }, done);
  });
  return server;
}

function explain(url: string, from: string, error: NodeJS.ErrnoException): QuorateError {
  const why =
    error.code === "EADDRINUSE"
      ? `another process listens there; stop it, or change ${from}`
      : error.message;
  return new QuorateError("ERR_ADDRESS", `cannot listen for peers on ${url}: ${why}`, {
    cause: error,
  });
}

function addressOf(server: Server): PeerAddress {
  const address = server.address();
  if (address === null || typeof address === "string") return { host: String(address), port: 0 };
  return { host: address.address, port: address.port };
}
