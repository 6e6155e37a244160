import { QuorateError } from "@quorate/core";
import type { AddressInfo } from "node:net";
import { httpServer, type Route } from "../http/index.ts";
import { addressOf, type ClientPort } from "./serve-clients.ts";

/** Operators' tools are few. */
const CONNECTIONS_MAX = 64;
/** A request has arrived by then. */
const REQUEST_MILLIS = 10_000;

/**
 * Listens over HTTP for those who watch over a member, apart from its clients.
 *
 * @param what - what they come for, for who has to choose another port
 * @throws `ERR_ADDRESS`
 */
export async function serveOperators(
  { host, port }: { readonly host: string; readonly port: number },
  what: string,
  route: Route,
): Promise<ClientPort> {
  const server = httpServer(route);
  server.maxConnections = CONNECTIONS_MAX;
  server.requestTimeout = server.headersTimeout = REQUEST_MILLIS;
  await new Promise<void>((done, fail) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const why =
        error.code === "EADDRINUSE"
          ? "another process listens there; stop it or choose another port"
          : error.message;
      const text = `cannot listen for ${what} on ${host}:${port}: ${why}`;
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
