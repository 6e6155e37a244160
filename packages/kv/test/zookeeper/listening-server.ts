import { randomBytes } from "node:crypto";
import { performance } from "node:perf_hooks";
import { PASSWORD_BYTES } from "../../src/zookeeper/codec/index.ts";
import {
  Listener,
  SERVER_LIMITS,
  ZooKeeperServer,
  type Door,
  type ListenAddress,
  type ZooKeeperServerOptions,
} from "../../src/zookeeper/server/index.ts";

/** What Node has for a server that listens on sockets. */
type OfNode = "now" | "wallNow" | "defer" | "newPassword" | "clientPort";

/** What a ZooKeeper server on sockets is made of. */
export interface ListeningServerOptions
  extends Omit<ZooKeeperServerOptions, OfNode>, Partial<Pick<ZooKeeperServerOptions, OfNode>> {
  readonly listen: readonly Door[];
}

/** A server that clients reach over sockets. */
export interface ListeningServer extends Pick<ZooKeeperServer, "tick" | "onAsk" | "facts"> {
  /** Where clients reach it, with the real ports, in the order of the options. */
  readonly addresses: readonly ListenAddress[];
  /** Closes all connections; their sessions live on until they expire or are taken over. */
  close(): Promise<void>;
}

/**
 * Serves ZooKeeper's client protocol over a replicated log.
 *
 * @throws `ERR_ADDRESS` when an address cannot be listened on, `ERR_CONFIGURATION`
 */
export async function startZooKeeperServer(
  options: ListeningServerOptions,
): Promise<ListeningServer> {
  let listener: Listener | null = null;
  const server = new ZooKeeperServer({
    now: () => performance.now(),
    wallNow: () => Date.now(),
    newPassword: () => randomBytes(PASSWORD_BYTES),
    defer: setImmediate,
    clientPort: () => listener?.addresses[0]?.port ?? null,
    ...options,
  });
  try {
    listener = await Listener.open(options.listen, {
      limits: { ...SERVER_LIMITS, ...options.limits },
      report: options.report,
      accept: (stream, proved) => server.accept(stream, proved),
      rejected: () => server.rejected(),
    });
  } catch (error) {
    server.close();
    throw error;
  }
  const { addresses } = listener;
  const closeListener = (): Promise<void> => listener.close();
  return {
    addresses,
    tick: () => server.tick(),
    onAsk: (question) => server.onAsk(question),
    facts: () => server.facts(),
    close: () => {
      const closed = closeListener();
      server.close();
      return closed;
    },
  };
}
