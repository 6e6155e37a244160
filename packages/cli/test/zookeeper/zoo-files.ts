import { dataDirectories } from "../../src/zookeeper/data-directories.ts";
import type { Myid } from "../../src/zookeeper/ensemble.ts";
import type { Findings } from "../../src/zookeeper/findings.ts";
import { parseProperties } from "../../src/zookeeper/properties.ts";
import { zooProperties, type ZooFile } from "../../src/zookeeper/zoo-properties.ts";
import { toZooSettings, type ZooSettings } from "../../src/zookeeper/zoo-settings.ts";

/** A server's files as texts. */
export interface ZooTexts {
  readonly text: string;
  readonly dynamic?: string;
  readonly myid?: number;
}

/** What comes of it, without a disk. */
export interface Judged extends Findings {
  readonly settings: ZooSettings | null;
}

/** Every test's server, so that each says only what it is about. */
const BASE = "dataDir=/var/zk\nclientPort=2181\n";

export function judge({ text, dynamic, myid }: ZooTexts): Judged {
  const findings: Findings = { problems: [], warnings: [] };
  const properties = zooProperties(
    fileOf("zoo.cfg", text),
    dynamic === undefined ? null : fileOf("dynamic.cfg", dynamic),
    findings,
  );
  const directories = dataDirectories(properties, "/home/zk", findings);
  const path = "/var/zk/myid";
  const found: Myid =
    myid === undefined ? { path, is: "missing" } : { path, is: "number", sid: myid };
  const ensemblePath = dynamic === undefined ? "zoo.cfg" : "dynamic.cfg";
  const settings = toZooSettings(
    { path: "zoo.cfg", ensemblePath, properties, directories, myid: found },
    findings,
  );
  return { settings, ...findings };
}

/** The server's own two lines, then those of the test, which begin at line 3. */
export function judgeLines(lines: readonly string[], myid?: number): Judged {
  return judge({ text: BASE + lines.join("\n"), ...(myid === undefined ? {} : { myid }) });
}

function fileOf(path: string, text: string): ZooFile {
  return { path, ...parseProperties(text) };
}
