import { metricsEndpoints, routeTo, type Route } from "../http/index.ts";
import { adminRoute } from "../zookeeper/admin/index.ts";
import type { ServerFacts } from "../zookeeper/facts/index.ts";
import { ZooKeeperMetrics } from "../zookeeper/metrics/index.ts";
import type { Closing } from "./closing.ts";
import type { RunningZooKeeperMember } from "./running-member.ts";
import { serveOperators } from "./serve-operators.ts";
import type { ClientAddress, ZooKeeperServiceOptions } from "./zookeeper-service-options.ts";

/** How long answers under way may take when a server is closed. */
const GRACE_MILLIS = 500;

/**
 * Listens for those who look after a ZooKeeper server, where it was asked for.
 *
 * @throws `ERR_ADDRESS`
 */
export async function serveZooKeeperOperators(
  { admin, metrics }: Pick<ZooKeeperServiceOptions, "admin" | "metrics">,
  facts: () => ServerFacts,
  closing: Closing,
): Promise<Pick<RunningZooKeeperMember, "adminAddress" | "metricsAddress">> {
  const serve = async (place: ClientAddress, what: string, route: Route): Promise<string> => {
    const port = await serveOperators(place, what, route);
    closing.add(() => port.close(GRACE_MILLIS));
    return port.address;
  };
  return {
    adminAddress:
      admin && (await serve(admin, "the AdminServer", adminRoute(admin.commandUrl, facts))),
    metricsAddress: metrics && (await serve(metrics, "metrics", metricsRoute(facts, closing))),
  };
}

function metricsRoute(facts: () => ServerFacts, closing: Closing): Route {
  const metrics = new ZooKeeperMetrics(facts);
  closing.add(() => metrics.stop());
  return routeTo(metricsEndpoints(() => metrics.scrape()));
}
