import { QuorateError } from "@quorate/core";
import type { AddressInfo } from "node:net";
import { httpServer } from "../etcd/api/http-endpoints.ts";
import type { EtcdMetrics } from "../etcd/metrics/index.ts";
import { addressOf, watchedEndpoints, type ClientPort } from "./serve-clients.ts";

/** Operators' tools are few. */
const CONNECTIONS_MAX = 256;
/** A request has arrived by then. */
const REQUEST_MILLIS = 10_000;

/**
 * Listens for those who watch over a member, apart from its clients: `/metrics` and the health endpoints.
 *
 * @throws `ERR_ADDRESS`
 */
export async function serveMetrics(
  { host, port }: { readonly host: string; readonly port: number },
  metrics: EtcdMetrics,
): Promise<ClientPort> {
  const server = httpServer(...watchedEndpoints(metrics));
  server.maxConnections = CONNECTIONS_MAX;
  server.requestTimeout = server.headersTimeout = REQUEST_MILLIS;
  await new Promise<void>((done, fail) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const why =
        error.code === "EADDRINUSE"
          ? "another process listens there; stop it or choose another port"
          : error.message;
      const text = `cannot listen for metrics on ${host}:${port}: ${why}`;
      fail(new QuorateError("ERR_ADDRESS", text, { cause: error }));
    });
    server.listen(port, host, done);
  });
  return {
    address: addressOf(host, (server.address() as AddressInfo).port),
    close: async (graceMillis) => {
      const closed = new Promise<void>((done) => server.close(() => done()));
      const timer = setTimeout(() => server.closeAllConnections(), graceMillis);
      server.closeIdleConnections();
      await closed;
      clearTimeout(timer);
    },
  };
}
