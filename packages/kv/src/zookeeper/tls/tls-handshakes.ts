import { constants } from "node:crypto";
import type { Socket } from "node:net";
import { createServer, type Server, type TLSSocket } from "node:tls";
import { toQuorateError } from "@quorate/core";
import type { Handshakes, SecuredListener, ServerLog } from "../server/index.ts";
import { judgeClient } from "./judge-client.ts";
import { readStores, storePaths } from "./read-stores.ts";
import type { TlsOptions } from "./tls-options.ts";
import { watchFiles } from "./watch-files.ts";

/** What TLS is spoken with. */
export interface TlsHandshakesOptions {
  readonly tls: TlsOptions;
  /** The subject of the certificate whose owner may do everything; null for nobody. */
  readonly superUser: string | null;
  readonly report: ServerLog;
  /** How long a client may take; ten seconds when left out. */
  readonly handshakeMillis?: number;
  /** How often files are looked at for changes; every five seconds when left out. */
  readonly reloadMillis?: number;
}

const HANDSHAKE_MILLIS = 10_000;
const RELOAD_MILLIS = 5_000;

/**
 * Every connection proves anew who it is, by the files as they are; and none may be made to repeat its
 * handshake, which costs a server more than a client.
 */
const EACH_ANEW = constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION;

/** Speaks TLS with clients, and tells by their certificates who they are. */
export class TlsHandshakes implements Handshakes {
  readonly #options: TlsHandshakesOptions;
  /** Never listens: it is given its sockets. */
  readonly #server: Server;
  readonly #stopWatching: () => void;
  #secured: SecuredListener = (socket) => socket.destroy();

  /** @throws `ERR_CONFIGURATION` when a file cannot be used */
  constructor(options: TlsHandshakesOptions) {
    const { tls, handshakeMillis = HANDSHAKE_MILLIS, reloadMillis = RELOAD_MILLIS } = options;
    const { ask } = tls.clients;
    this.#options = options;
    const watched = tls.reload ? storePaths(tls) : [];
    this.#stopWatching = watchFiles(watched, reloadMillis, () => this.#readAgain());
    try {
      this.#server = createServer({
        ...readStores(tls),
        secureOptions: EACH_ANEW,
        requestCert: ask !== "none",
        // With `want` it is judged here, too: a certificate that is shown must be one that is trusted.
        rejectUnauthorized: ask === "need",
        handshakeTimeout: handshakeMillis,
      });
    } catch (error) {
      this.close();
      throw error;
    }
    this.#server.on("secureConnection", (socket) => this.#judge(socket));
    this.#server.on("tlsClientError", (error, socket) => this.#refuse(socket, reasonOf(error)));
  }

  onSecured(listener: SecuredListener): void {
    this.#secured = listener;
  }

  begin(socket: Socket): void {
    this.#server.emit("connection", socket);
  }

  /** Looks at the files no more. */
  close(): void {
    this.#stopWatching();
  }

  #judge(socket: TLSSocket): void {
    const { tls, superUser } = this.#options;
    const verdict = judgeClient(
      {
        remoteAddress: addressOf(socket),
        certificate: socket.getPeerX509Certificate() ?? null,
        untrusted: socket.authorized ? null : String(socket.authorizationError),
      },
      tls.clients,
      superUser,
    );
    if (verdict.kind === "admitted") this.#secured(socket, verdict.proved);
    else this.#refuse(socket, verdict.why);
  }

  #refuse(socket: TLSSocket, why: string): void {
    const client = `${addressOf(socket)}:${socket.remotePort ?? 0}`;
    socket.on("error", () => {});
    socket.destroy();
    this.#options.report.info({ client, why }, "a client's TLS handshake failed");
  }

  #readAgain(): void {
    const { tls, report } = this.#options;
    try {
      this.#server.setSecureContext({ ...readStores(tls), secureOptions: EACH_ANEW });
      report.info({ keyStore: tls.keyStore.path }, "read the certificates again");
    } catch (thrown) {
      const why = toQuorateError(thrown).message;
      report.warn({ why }, "the certificates changed and cannot be used: the old ones stay in use");
    }
  }
}

/** OpenSSL's messages say in which line of it they were made, its reasons what has happened. */
function reasonOf(error: Error & { readonly reason?: string }): string {
  return error.reason ?? error.message;
}

/** IPv4 in its short form. */
function addressOf({ remoteAddress = "" }: TLSSocket): string {
  return remoteAddress.replace(/^::ffff:/, "");
}
