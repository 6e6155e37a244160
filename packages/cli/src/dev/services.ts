import type { DevService } from "./dev-service.ts";
import { DEV_SERVICES, type DevServiceName } from "./dev-service-name.ts";
import type { DevState } from "./dev-state.ts";
import { etcdService } from "./etcd-service.ts";
import { zooKeeperService } from "./zookeeper-service.ts";

const SERVICES: Readonly<Record<DevServiceName, DevService>> = {
  etcd: etcdService,
  zookeeper: zooKeeperService,
};

export function serviceOf(name: DevServiceName): DevService {
  return SERVICES[name];
}

/** What the members serve, in the order of {@link DEV_SERVICES}. */
export function servicesOf({ members }: Pick<DevState, "members">): readonly DevService[] {
  return DEV_SERVICES.filter((name) => members.some(({ ports }) => ports[name])).map(serviceOf);
}
