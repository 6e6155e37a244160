import {
  QuorateError,
  type GroupId,
  type GroupIdentity,
  type NodeId,
  type Transport,
  type TransportGroup,
  type TransportReceiver,
} from "@quorate/core";
import { createServer, type Server, type Socket } from "node:net";
import { Connection } from "./connection.ts";
import { GroupLinks, type TransportContext } from "./group-links.ts";
import type { Control } from "./handshake.ts";
import { TCP_LIMITS, type TcpTransportOptions } from "./options.ts";
import { parsePeerUrl, type PeerAddress } from "./peer-url.ts";

/** A {@link Transport} over TCP. */
export interface TcpTransport extends Transport {
  /** Where it listens, with the ports it was given for 0. */
  readonly addresses: readonly PeerAddress[];
  /** Stops listening and closes every connection. */
  close(): Promise<void>;
}

/**
 * Listens for peers. Links are dialled when a group joins.
 *
 * @throws `ERR_ADDRESS` when a URL cannot be understood or listened on
 */
export async function startTcpTransport(options: TcpTransportOptions): Promise<TcpTransport> {
  const context: TransportContext = { ...options, limits: { ...TCP_LIMITS, ...options.limits } };
  const groups = new Map<GroupId, GroupLinks>();
  const sockets = new Set<Socket>();
  const onSocket = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    greet(socket, context, groups);
  };
  const servers: Server[] = [];
  const close = async (): Promise<void> => {
    for (const links of groups.values()) links.leave();
    groups.clear();
    for (const socket of sockets) socket.destroy();
    await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  };
  try {
    for (const url of options.listen) servers.push(await listen(url, onSocket));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    addresses: servers.map(addressOf),
    close,
    join: (identity, peers, receiver) => join(context, groups, identity, peers, receiver),
  };
}

function join(
  context: TransportContext,
  groups: Map<GroupId, GroupLinks>,
  identity: GroupIdentity,
  peers: ReadonlyMap<NodeId, readonly string[]>,
  receiver: TransportReceiver,
): TransportGroup {
  const links = new GroupLinks(context, identity, receiver);
  groups.set(identity.group, links);
  links.setPeers(peers);
  return {
    send: (to, parts) => links.send(to, parts),
    setPeers: (next) => links.setPeers(next),
    leave: () => {
      if (groups.get(identity.group) === links) groups.delete(identity.group);
      links.leave();
    },
  };
}

/** Somebody connected: it must introduce itself before it may say anything else. */
function greet(socket: Socket, context: TransportContext, groups: Map<GroupId, GroupLinks>): void {
  const { limits, log } = context;
  let links: GroupLinks | null = null;
  const { remoteAddress, remotePort } = socket;
  const remote = `${remoteAddress ?? "?"}:${remotePort ?? "?"}`;
  socket.setTimeout(limits.handshakeMillis, () => connection.close("it did not introduce itself"));
  const introduce = (control: Control): void => {
    if (links !== null || control.kind !== "hello") return;
    const named = control.groups.map(({ group }) => groups.get(group)).find(Boolean) ?? null;
    const refusal =
      named === null ? "this member serves no such group" : named.accept(control, connection);
    if (refusal === null) {
      links = named;
      socket.setTimeout(0);
      return;
    }
    log.warn({ remote, why: refusal }, "refused a peer");
    connection.sendControl({ kind: "refusal", reason: refusal });
    connection.end();
  };
  const connection: Connection = new Connection(socket, limits, {
    control: introduce,
    frame: (_channel, payload) => links?.frame(connection, payload),
    closed: (why) => {
      if (links !== null) links.closed(connection, why);
      else log.warn({ remote, why }, "dropped a connection on the peer port that is no member's");
    },
  });
}

async function listen(url: string, onSocket: (socket: Socket) => void): Promise<Server> {
  const { host, port } = parsePeerUrl(url);
  const server = createServer(onSocket);
  await new Promise<void>((done, fail) => {
    server.once("error", (error: NodeJS.ErrnoException) => fail(explain(url, error)));
    server.listen({ host, port }, done);
  });
  return server;
}

function explain(url: string, error: NodeJS.ErrnoException): QuorateError {
  const why =
    error.code === "EADDRINUSE"
      ? "another process listens there; stop it or choose another --listen-peer-urls"
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
