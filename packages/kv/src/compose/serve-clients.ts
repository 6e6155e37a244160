import type { EtcdMember } from "../etcd/api/etcd-member.ts";
import { HealthChecks, healthProbe } from "../etcd/api/health-checks.ts";
import { healthEndpoints, versionEndpoints } from "../etcd/api/http-endpoints.ts";
import type { EtcdMetrics } from "../etcd/metrics/index.ts";
import { startGrpcServer, type Services } from "../grpc/index.ts";
import { httpServer, metricsEndpoints, routeTo, type Endpoints } from "../http/index.ts";

/** A port on which clients are served. */
export interface ClientPort {
  /** As a URL, with the real port. */
  readonly address: string;
  /** Lets open calls end for so long, and closes everything. */
  close(graceMillis: number): Promise<void>;
}

/** What may surround the largest request that is not refused by itself, as in etcd. */
const REQUEST_OVERHEAD_BYTES = 512 * 1024;

/**
 * Listens for clients: gRPC, and etcd's HTTP endpoints beside it.
 *
 * @param metrics - counts the calls, and is told on `/metrics`
 * @throws `ERR_ADDRESS`
 */
export async function serveClients(
  { host, port }: { readonly host: string; readonly port: number },
  services: Services,
  member: EtcdMember,
  metrics: EtcdMetrics | null = null,
): Promise<ClientPort> {
  const watched =
    metrics === null
      ? [healthEndpoints(new HealthChecks(healthProbe(member)))]
      : watchedEndpoints(metrics);
  const server = await startGrpcServer({
    host,
    port,
    services,
    http1: httpServer(routeTo(...watched, versionEndpoints())),
    limits: { requestBytesMax: member.requestBytesMax + REQUEST_OVERHEAD_BYTES },
    ...(metrics === null ? {} : { counts: metrics.calls }),
  });
  return {
    address: addressOf(host, server.port),
    close: (graceMillis) => server.close(graceMillis),
  };
}

/** What operators' tools look at. */
export function watchedEndpoints(metrics: EtcdMetrics): readonly Endpoints[] {
  return [healthEndpoints(metrics.health), metricsEndpoints(() => metrics.scrape())];
}

/** As a URL. */
export function addressOf(host: string, port: number): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
