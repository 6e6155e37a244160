import { subtree, pathOf } from "../../../zookeeper/store/index.ts";
import type { ZooKeeperClientWorld } from "../client/client-world.ts";

/** Whether all members have one tree in the end, and in it what was applied, and nothing else. */
export function checkTree({ cluster, applied, journal }: ZooKeeperClientWorld): void {
  const { members } = cluster.ensemble;
  const digests = members.map((member) => {
    const { tree, lastZxid, sessions } = cluster.machineOf(member);
    return `${tree.digest} at ${lastZxid} with ${sessions.size} sessions`;
  });
  if (new Set(digests).size > 1) {
    const texts = members.map(({ name }, i) => `${name}: ${digests[i]}`);
    journal.violated("digests", texts.join(", "));
  }
  const [first] = members;
  if (first === undefined) return;
  const { tree } = cluster.machineOf(first);
  const paths = new Set([...subtree(tree.root)].map(pathOf));
  for (const path of applied.tree.paths) {
    const isThere = applied.tree.newest(path) !== null;
    if (isThere === paths.has(path)) continue;
    journal.violated("tree", `${path} is ${isThere ? "gone" : "still there"}, and nobody did that`);
  }
}
