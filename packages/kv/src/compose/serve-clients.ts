import type { EtcdMember } from "../etcd/api/etcd-member.ts";
import { httpEndpoints } from "../etcd/api/http-endpoints.ts";
import { toEtcdFailure } from "../etcd/error-map.ts";
import { startGrpcServer, type Services } from "../grpc/index.ts";

/** A port on which clients are served. */
export interface ClientPort {
  /** As a URL, with the real port. */
  readonly address: string;
  /** Lets open calls end for so long, and closes everything. */
  close(graceMillis: number): Promise<void>;
}

/**
 * Listens for clients: gRPC, and etcd's HTTP endpoints beside it.
 *
 * @throws `ERR_ADDRESS`
 */
export async function serveClients(
  { host, port }: { readonly host: string; readonly port: number },
  services: Services,
  member: EtcdMember,
): Promise<ClientPort> {
  const server = await startGrpcServer({
    host,
    port,
    services,
    http1: httpEndpoints({
      hasLeader: () => member.requests.view().leader !== null,
      readLinearizable: (done) =>
        member.requests.readLinearizable((failure) =>
          done(failure === null ? null : toEtcdFailure(failure).message),
        ),
    }),
  });
  return {
    address: `http://${host.includes(":") ? `[${host}]` : host}:${server.port}`,
    close: (graceMillis) => server.close(graceMillis),
  };
}
