import type { EnsembleFaults, ManualTime } from "../ensemble-faults.ts";
import { MemoryEnsemble } from "../memory-ensemble.ts";
import type {
  MemoryZooKeeperMember,
  ZooKeeperEnsembleMember,
  ZooKeeperWorld,
} from "./zookeeper-ensemble-member.ts";

/** A ZooKeeper ensemble in this process, with disks and peers in memory, and its faults at hand. */
export interface ZooKeeperEnsemble extends EnsembleFaults<ZooKeeperEnsembleMember> {
  /** What ZooKeeper's clients are told to find all servers, those that are down as well. */
  readonly connectString: string;
  /**
   * Ends a session as if its client had not been heard of for too long: its ephemeral nodes go, and the
   * client is told when it comes again. Waits for a leader; resolves when that has ended it.
   *
   * @param session - as clients know it, all 64 bits
   * @throws `RangeError` when there is no such session, `ERR_NO_LEADER`
   */
  expireSession(session: bigint): Promise<void>;
}

/** An ensemble whose time passes only when it is told to; sockets and clients keep their own time. */
export interface ManualZooKeeperEnsemble extends ZooKeeperEnsemble, ManualTime {}

/** A leader is there well within so many ticks, and an election's own waits. */
const LEADERLESS_TICKS_MAX = 50;
const ELECTIONS_MILLIS_MAX = 10_000;

/** Both kinds of ensemble. */
export class MemoryZooKeeperEnsemble
  extends MemoryEnsemble<MemoryZooKeeperMember>
  implements ManualZooKeeperEnsemble
{
  constructor(members: readonly MemoryZooKeeperMember[], world: ZooKeeperWorld) {
    const { tickMillis } = world.settings;
    super(members, world, ELECTIONS_MILLIS_MAX + LEADERLESS_TICKS_MAX * tickMillis);
  }

  override async start(clock: "real" | "manual"): Promise<void> {
    // Each server tells its clients where all of them are.
    await Promise.all(this.members.map((member) => member.listen()));
    await super.start(clock);
  }

  get connectString(): string {
    return this.members.map(({ clientAddress }) => clientAddress).join(",");
  }

  async expireSession(session: bigint): Promise<void> {
    while (!(await (await this.untilLed()).expire(session)));
  }
}
