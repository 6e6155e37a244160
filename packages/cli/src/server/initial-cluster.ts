import { advertiseProblem, parseUrl, type MemberUrl, type UrlProblem } from "./urls.ts";

/** One entry of `--initial-cluster`. */
export interface InitialMember {
  readonly name: string;
  readonly peerUrl: MemberUrl;
}

/** Reads `m1=http://host:2380,m2=…`; the first entry that does not fit is the answer. */
export function parseInitialCluster(text: string): readonly InitialMember[] | UrlProblem {
  const members: InitialMember[] = [];
  for (const part of text.split(",")) {
    const member = parseMember(part.trim());
    if ("problem" in member) return member;
    const { name, peerUrl } = member;
    if (members.some((other) => other.name === name)) {
      return {
        problem: `the name "${name}" stands twice: every member needs its own, with one URL`,
      };
    }
    const same = members.find((other) => other.peerUrl.url === peerUrl.url);
    if (same) return { problem: `"${same.name}" and "${name}" have the same URL ${peerUrl.url}` };
    members.push(member);
  }
  return members;
}

function parseMember(part: string): InitialMember | UrlProblem {
  if (part === "")
    return { problem: "an entry is empty: write name=http://host:port, separated by commas" };
  const equals = part.indexOf("=");
  if (equals === -1) return { problem: `"${part}" has no "=": write name=http://host:port` };
  const name = part.slice(0, equals);
  if (name === "") return { problem: `"${part}" has no name: write name=http://host:port` };
  const peerUrl = parseUrl(part.slice(equals + 1));
  if ("problem" in peerUrl) return { problem: `member "${name}": ${peerUrl.problem}` };
  const unreachable = advertiseProblem(peerUrl);
  if (unreachable) return { problem: `member "${name}": ${unreachable}` };
  return { name, peerUrl };
}

/** Why this member does not fit into the cluster that was described, or null. */
export function ownEntryProblem(
  name: string,
  advertised: readonly MemberUrl[],
  cluster: readonly InitialMember[],
): string | null {
  const own = cluster.find((member) => member.name === name);
  if (!own) {
    const names = cluster.map((member) => member.name).join(", ");
    return `it lists ${names} but not this member: add ${name}=… or set --name to one of them`;
  }
  const urls = advertised.map((url) => url.url);
  if (urls.length === 1 && urls[0] === own.peerUrl.url) return null;
  return `it has ${name}=${own.peerUrl.url}, but --initial-advertise-peer-urls is ${urls.join(",")}: make them the same`;
}
