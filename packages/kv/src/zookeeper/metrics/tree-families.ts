import { gauge, type Family } from "../../metrics/index.ts";
import { nodeCount, type ServerFacts } from "../facts/index.ts";

/** What there is: nodes, sessions, and who watches. */
export function treeFamilies({ machine, watches }: ServerFacts): readonly Family[] {
  const { tree, sessions } = machine;
  return [
    gauge("znode_count", "Nodes of the tree, the root counted twice.", nodeCount(tree)),
    gauge("watch_count", "Watches of this server's clients.", watches.count),
    gauge("ephemerals_count", "Nodes that end with their sessions.", tree.ephemeralCount),
    gauge("approximate_data_size", "Bytes of paths and data.", tree.bytes),
    gauge("global_sessions", "Sessions of the whole ensemble.", sessions.size),
    gauge("local_sessions", "Sessions of this server alone: there are none.", 0),
  ];
}
