import { fileURLToPath } from "node:url";
import type { HostPort } from "../../../src/zookeeper/host-port.ts";
import { hostPortText } from "../../../src/zookeeper/host-port.ts";
import { LineProcess } from "../etcd-libraries/line-process.ts";
import type { Need } from "./shared-suite.ts";

/** Where Debian's packages put libraries, and these need of each other. */
const JAVA_LIBRARIES = "/usr/share/java";
const CLASS_PATH: string = [
  "curator-recipes",
  "curator-framework",
  "curator-client",
  "zookeeper",
  "guava",
  "slf4j-nop",
  "metrics-core",
  "netty-all",
]
  .map((name) => `${JAVA_LIBRARIES}/${name}.jar`)
  .join(":");
const MOVES = fileURLToPath(new URL("curator/Moves.java", import.meta.url));

export const CURATOR: readonly Need[] = [
  ["javac", "default-jdk-headless"],
  [`${JAVA_LIBRARIES}/curator-recipes.jar`, "libcurator-recipes-java"],
];

/** Starts a client of the servers that says what it still has when it has moved. */
export function startMoves(servers: readonly HostPort[]): LineProcess {
  const hosts = servers.map(hostPortText).join(",");
  return new LineProcess(["java", "-cp", CLASS_PATH, MOVES, hosts]);
}
