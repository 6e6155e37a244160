import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import { dataDirectories, type DataDirectories } from "./data-directories.ts";
import type { Myid } from "./ensemble.ts";
import type { Findings } from "./findings.ts";
import { foreignDataProblem } from "./foreign-data.ts";
import { parseProperties } from "./properties.ts";
import { parseNumber } from "./servers.ts";
import { zooProperties, type ZooFile, type ZooProperties } from "./zoo-properties.ts";
import { toZooSettings, type ZooSettings } from "./zoo-settings.ts";

/** Settings, and what whoever wrote the files should hear. */
export interface ZooOutcome {
  readonly settings: ZooSettings;
  readonly warnings: readonly string[];
}

const FILE_BYTES_MAX = 1024 * 1024;

/**
 * Reads a server's `zoo.cfg`, the dynamic file that it may name, and `myid`, and looks whether the
 * data directories can be served. Nothing is written.
 *
 * @throws `CliError` with one line per problem, each naming the file, the line, the key and the remedy
 */
export function readZooSettings(path: string): ZooOutcome {
  const findings: Findings = { problems: [], warnings: [] };
  const file = readZooFile(path);
  const dynamic = readDynamicFile(file, findings);
  const properties = zooProperties(file, dynamic, findings);
  const directories = dataDirectories(properties, process.cwd(), findings);
  const myid = readMyid(directories, findings);
  const ensemblePath = dynamic?.path ?? path;
  const settings = toZooSettings({ path, ensemblePath, properties, directories, myid }, findings);
  if (directories) checkExistence(directories, properties, findings);
  const foreign = directories && foreignDataProblem(directories);
  const { problems, warnings } = findings;
  if (problems.length > 0 || !settings) {
    throw new CliError(EXIT.usage, [...problems, ...(foreign ? [foreign] : [])].join("\n"));
  }
  if (foreign) throw new CliError(EXIT.data, foreign, { code: "ERR_STORAGE_FOREIGN" });
  return { settings, warnings };
}

function readZooFile(path: string): ZooFile {
  try {
    // Java reads its properties files as Latin-1.
    return { path, ...parseProperties(readText(path, "latin1")) };
  } catch (thrown) {
    const text = `${path} cannot be read: ${reasonOf(thrown)}`;
    throw new CliError(EXIT.usage, text, { cause: thrown });
  }
}

function readDynamicFile(file: ZooFile, { problems, warnings }: Findings): ZooFile | null {
  const next = `${file.path}.dynamic.next`;
  if (existsSync(next)) {
    warnings.push(`${next} is a change of members that ZooKeeper did not finish: it is not read`);
  }
  const named = file.properties.findLast(({ key }) => key === "dynamicConfigFile");
  if (!named?.value) return null;
  try {
    return readZooFile(named.value);
  } catch (thrown) {
    if (!(thrown instanceof CliError)) throw thrown;
    problems.push(`${file.path}:${named.line}: dynamicConfigFile: ${thrown.message}`);
    return null;
  }
}

function readMyid(directories: DataDirectories | null, { problems }: Findings): Myid {
  const path = join(directories?.dataDir ?? "", "myid");
  if (!directories || !existsSync(path)) return { path, is: "missing" };
  try {
    // ZooKeeper counts the first line only.
    const [text = ""] = readText(path, "utf8").split("\n");
    const sid = parseNumber(text.trim());
    if (sid !== null) return { path, is: "number", sid };
    const remedy = "write the N of this machine's server.N into it, such as 1";
    problems.push(`${path}:1: "${text.trim()}" is not a server's number: ${remedy}`);
  } catch (thrown) {
    problems.push(`${path} cannot be read: ${reasonOf(thrown)}`);
  }
  return { path, is: "wrong" };
}

/** Whoever switched autocreate off fears a disk that is not mounted. */
function checkExistence(
  { dataDir, logDir }: DataDirectories,
  { values }: ZooProperties,
  { problems }: Findings,
): void {
  const autocreate = values.get("datadir.autocreate");
  if (autocreate?.value.toLowerCase() !== "false") return;
  for (const directory of new Set([dataDir, logDir])) {
    if (existsSync(directory)) continue;
    problems.push(
      `${autocreate.at}: datadir.autocreate=false: ${directory} does not exist: mount or make it`,
    );
  }
}

function readText(path: string, encoding: "utf8" | "latin1"): string {
  if (statSync(path).size > FILE_BYTES_MAX) {
    throw new Error(`it is larger than ${FILE_BYTES_MAX} bytes`);
  }
  return readFileSync(path, encoding);
}

function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
