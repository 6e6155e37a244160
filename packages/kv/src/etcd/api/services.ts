import type { Services } from "../../grpc/index.ts";
import { clusterService } from "./cluster-service.ts";
import { electionService } from "./election-service.ts";
import type { EtcdMember } from "./etcd-member.ts";
import { healthService } from "./health-service.ts";
import { kvService } from "./kv-service.ts";
import { leaderRequired } from "./leader-required.ts";
import { leaseService } from "./lease-service.ts";
import { lockService } from "./lock-service.ts";
import { maintenanceService } from "./maintenance-service.ts";
import { unimplementedMethods } from "./unimplemented.ts";
import { watchService } from "./watch-service.ts";

/** Every method that a client of etcd may call. */
export function etcdServices(member: EtcdMember): Services {
  const methods = [
    ...unimplementedMethods(),
    ...kvService(member),
    ...clusterService(member),
    ...watchService(member),
    ...leaseService(member),
    ...maintenanceService(member),
    ...lockService(member),
    ...electionService(member),
    ...healthService(member),
  ];
  return new Map(methods.map(([path, method]) => [path, leaderRequired(member, method)] as const));
}
