import { nearest } from "../nearest.ts";
import type { Findings } from "./findings.ts";
import type { Properties } from "./properties.ts";
import { findZooKey, isEnsembleKey, ZOO_KEYS } from "./zoo-keys.ts";

/** A configuration file that was read. */
export interface ZooFile extends Properties {
  /** As it was given, for messages. */
  readonly path: string;
}

/** A value that somebody wrote, and where. */
export interface Setting {
  readonly key: string;
  readonly value: string;
  /** `zoo.cfg:12`, for messages. */
  readonly at: string;
}

/** What the files say that is acted on. */
export interface ZooProperties {
  /** By key, without those of the ensemble. */
  readonly values: ReadonlyMap<string, Setting>;
  /** The server, group and weight lines, in the order of their file; null when it was not read. */
  readonly ensemble: readonly Setting[] | null;
}

/**
 * Joins the configuration file with the dynamic one, if it names one, and sorts out what is not
 * acted on: with a warning, or by a problem.
 */
export function zooProperties(
  file: ZooFile,
  dynamic: ZooFile | null,
  findings: Findings,
): ZooProperties {
  const settings = settingsOf(file, findings);
  const others = lastOfEach(
    settings.filter(({ key }) => !isEnsembleKey(key)),
    findings,
  );
  const named = others.get("dynamicConfigFile");
  const lines = settings.filter(({ key }) => isEnsembleKey(key));
  if (named) refuseLines(lines, named, findings);
  const ensemble = named ? dynamic && dynamicLines(dynamic, findings) : lines;
  const values = new Map([...others].filter(([, setting]) => isActedOn(setting, findings)));
  return { values, ensemble };
}

function settingsOf({ path, properties, malformed }: ZooFile, { problems }: Findings): Setting[] {
  for (const { line, problem } of malformed) problems.push(`${path}:${line}: ${problem}`);
  return properties.map(({ key, value, line }) => ({ key, value, at: `${path}:${line}` }));
}

/** As in Java's properties, the last of several lines with one key counts. */
function lastOfEach(settings: readonly Setting[], { warnings }: Findings): Map<string, Setting> {
  const byKey = new Map<string, Setting>();
  for (const setting of settings) {
    const { key, at } = setting;
    const earlier = byKey.get(key);
    if (earlier) warnings.push(`${at}: ${key} stands in ${earlier.at} too: the last one counts`);
    byKey.set(key, setting);
  }
  return byKey;
}

function refuseLines(lines: readonly Setting[], named: Setting, { problems }: Findings): void {
  for (const { key, at } of lines) {
    const why = `${named.at} names a dynamic configuration file`;
    problems.push(`${at}: ${key} must not stand here, as ${why}: move it into ${named.value}`);
  }
}

function dynamicLines(file: ZooFile, findings: Findings): Setting[] {
  const settings = settingsOf(file, findings);
  for (const { key, at } of settings) {
    if (isEnsembleKey(key)) continue;
    const remedy =
      key === "version"
        ? "the version is in the file's name: remove the line"
        : "move it to the main file";
    findings.problems.push(`${at}: ${key} has no place in a dynamic configuration file: ${remedy}`);
  }
  return settings.filter(({ key }) => isEnsembleKey(key));
}

/** Whether the setting is kept; if not, whoever wrote it is told. */
function isActedOn({ key, value, at }: Setting, { problems, warnings }: Findings): boolean {
  const handling = findZooKey(key);
  if (!handling) {
    const meant = nearest(withoutPrefix(key), Object.keys(ZOO_KEYS));
    warnings.push(
      `${at}: ${key} is no key of ZooKeeper's and has no effect${meant ? `: did you mean ${meant}?` : ""}`,
    );
    return false;
  }
  if (handling.kind === "acted") return true;
  const asksForNothing = handling.neutral.some(
    (neutral) => neutral.toLowerCase() === value.toLowerCase(),
  );
  if (asksForNothing) return false;
  if (handling.kind === "refused") problems.push(`${at}: ${key} is not supported: ${handling.why}`);
  else warnings.push(`${at}: ${key} has no effect here: ${handling.why}`);
  return false;
}

/** ZooKeeper puts `zookeeper.` before keys that it hands on, so that they are written without it. */
function withoutPrefix(key: string): string {
  return key.replace(/^zookeeper\./, "");
}
