import type { HostPort } from "../zookeeper/host-port.ts";
import { fourLetterWord } from "./four-letter-word.ts";
import { ZooKeeperError } from "./zookeeper-error.ts";

/** What a server says of itself. */
export interface ServerStatus {
  readonly version: string;
  /** `leader`, `follower`, `observer`, `standalone` or `read-only`. */
  readonly mode: string;
  readonly zxid: bigint;
  readonly connections: number | null;
  readonly outstanding: number | null;
  /** As the server writes it: `min/avg/max`, in milliseconds. */
  readonly latency: string;
  readonly nodes: number | null;
  /** Everything that `mntr` tells, by its names; null where the server's whitelist has no `mntr`. */
  readonly monitor: ReadonlyMap<string, string> | null;
}

const NOT_ALLOWED = /is not executed because it is not in the whitelist/;
const NOT_SERVING = /not currently serving requests/;

/**
 * Asks a server how it is, by the four-letter words `srvr` and, when it is allowed, `mntr`.
 *
 * @throws `ZooKeeperError` when it does not say
 */
export async function serverStatus(endpoint: HostPort, timeoutMs: number): Promise<ServerStatus> {
  const status = parseSrvr(await fourLetterWord(endpoint, "srvr", timeoutMs));
  const monitor = parseMntr(await fourLetterWord(endpoint, "mntr", timeoutMs));
  return { ...status, monitor };
}

function parseSrvr(text: string): Omit<ServerStatus, "monitor"> {
  if (NOT_SERVING.test(text)) {
    throw ZooKeeperError.lost("not serving: it is running, but belongs to no quorum now");
  }
  if (NOT_ALLOWED.test(text)) {
    throw ZooKeeperError.lost(
      "up, but it does not say how: add srvr to its 4lw.commands.whitelist",
    );
  }
  const lines = new Map(
    text.split("\n").map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
    }),
  );
  const mode = lines.get("Mode");
  const zxid = lines.get("Zxid");
  if (mode === undefined || zxid === undefined || !/^0x[0-9a-f]{1,16}$/.test(zxid)) {
    throw ZooKeeperError.lost(
      text === ""
        ? "it closed the connection: is it a ZooKeeper server, without TLS?"
        : "it answers, but not as a ZooKeeper server does",
    );
  }
  const count = (name: string): number | null => {
    const value = lines.get(name) ?? "";
    return /^[0-9]{1,15}$/.test(value) ? Number(value) : null;
  };
  return {
    version: (lines.get("Zookeeper version") ?? "").replace(/, built on .*$/, ""),
    mode,
    zxid: BigInt(zxid),
    connections: count("Connections"),
    outstanding: count("Outstanding"),
    latency: lines.get("Latency min/avg/max") ?? "",
    nodes: count("Node count"),
  };
}

/** Null when the text is no list of names and values, such as a refusal. */
function parseMntr(text: string): ReadonlyMap<string, string> | null {
  const entries = [...text.matchAll(/^(zk_[^\t\n]+)\t(.*)$/gm)].map(
    ([, name = "", value = ""]) => [name, value] as const,
  );
  return entries.length === 0 ? null : new Map(entries);
}
