import type { DevServiceName } from "./dev-service-name.ts";
import { seatsOf, type DevMember, type DevState, type Seat } from "./dev-state.ts";
import { etcdFlags } from "./etcd-service.ts";
import { writeZooFiles } from "./zookeeper-service.ts";

const JSON_LOG = "--log-format=json";

/** What starts a member: one process, whatever it serves. Writes the files that it reads. */
export function memberCommand(
  member: DevMember,
  state: DevState,
  dataDir: string,
): readonly string[] {
  const seat = (service: DevServiceName): Seat | undefined =>
    seatsOf(state, service).find(({ name }) => name === member.name);
  const etcd = seat("etcd");
  const zooKeeper = seat("zookeeper");
  const zooCfg = zooKeeper && writeZooFiles(zooKeeper, state, dataDir);
  if (!etcd) return ["zookeeper", zooCfg ?? "", JSON_LOG];
  const flags = etcdFlags(etcd, state, dataDir);
  return ["server", ...flags, ...(zooCfg ? [`--zookeeper-config=${zooCfg}`] : []), JSON_LOG];
}
