/** A server of the ensemble as `/zookeeper/config` has it. */
export interface MemberServer {
  readonly sid: string;
  /** Where the others reach it, on several ways perhaps. */
  readonly ways: readonly MemberWay[];
  readonly role: "participant" | "observer";
  /** Where clients reach it; empty when that is not said. */
  readonly client: string;
}

export interface MemberWay {
  readonly host: string;
  readonly quorumPort: number;
  readonly electionPort: number;
}

/** Reads the lines of servers; what is none of ZooKeeper's form is left out. */
export function serversOf(membership: string): readonly MemberServer[] {
  return membership.split("\n").flatMap((line) => {
    const [, sid, ways = "", role, client = ""] =
      /^server\.(\d+)=(.+):(participant|observer)(?:;(.+))?$/.exec(line) ?? [];
    if (sid === undefined || (role !== "participant" && role !== "observer")) return [];
    return [{ sid, ways: ways.split("|").flatMap(wayOf), role, client }];
  });
}

function wayOf(text: string): readonly MemberWay[] {
  const [, host, quorumPort, electionPort] = /^(.+):(\d+):(\d+)$/.exec(text) ?? [];
  if (host === undefined) return [];
  return [{ host, quorumPort: Number(quorumPort), electionPort: Number(electionPort) }];
}
