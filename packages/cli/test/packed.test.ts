import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

// The machine's own Node runs what npm would install, outside the workspace.
const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const PACKAGES = ["core", "raft", "zab", "transport-tcp", "storage-fs", "kv", "cli"];
const INSTALL_WITHIN_MS = 120_000;

const directory = mkdtempSync(join(tmpdir(), "quorate-packed-"));
const installed = join(directory, "app");
const node = systemNode();

beforeAll(() => {
  const { packageManager } = readManifest(join(ROOT, "package.json"));
  for (const name of PACKAGES) {
    const pack = ["-y", String(packageManager), "pack", "--pack-destination", directory];
    quietly("npx", pack, join(ROOT, "packages", name));
  }
  const tarballs = readdirSync(directory).map((name) => join(directory, name));
  mkdirSync(installed);
  writeFileSync(join(installed, "package.json"), `{ "private": true, "type": "module" }`);
  quietly(
    "npm",
    ["install", "--no-audit", "--no-fund", "--prefer-offline", ...tarballs],
    installed,
  );
}, INSTALL_WITHIN_MS);

afterAll(() => rmSync(directory, { recursive: true, force: true }));

test("the packed command line starts on this machine's Node", () => {
  const { version } = readManifest(join(ROOT, "packages/cli/package.json"));
  expect(quorate("--version")).toBe(`${String(version)}\n`);
  expect(quorate("--help")).toMatch(/^Usage: quorate /);
});

test("every packed package loads on this machine's Node, by each of its exports", () => {
  const specifiers = PACKAGES.flatMap((name) => {
    const { exports = {} } = readManifest(
      join(installed, "node_modules/@quorate", name, "package.json"),
    );
    return Object.keys(exports).map((path) => `@quorate/${name}${path.slice(1)}`);
  }).filter((specifier) => !specifier.endsWith("/package.json"));
  const script = specifiers.map((specifier) => `await import("${specifier}");`).join("");
  expect(specifiers.length).toBeGreaterThanOrEqual(PACKAGES.length);
  quietly(node, ["--input-type=module", "--eval", script], installed);
});

test("a packed package brings its licence, its types and no tests", () => {
  const files = readdirSync(join(installed, "node_modules/@quorate/core"), { recursive: true }).map(
    String,
  );
  expect(files).toContain("LICENSE");
  expect(files).toContain("dist/index.d.ts");
  expect(files.filter((path) => path.startsWith("test") || path.includes("tsbuildinfo"))).toEqual(
    [],
  );
});

function quorate(...args: readonly string[]): string {
  return quietly(node, [join(installed, "node_modules/.bin/quorate"), ...args], installed);
}

/** Runs a program and gives what it printed; its complaints become the error's message. */
function quietly(program: string, args: readonly string[], cwd: string): string {
  return execFileSync(program, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** The tests themselves may run on a Node that the workspace installed. */
function systemNode(): string {
  const given = process.env["QUORATE_SYSTEM_NODE"];
  if (given !== undefined) return given;
  const found = (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => !folder.includes("node_modules"))
    .map((folder) => join(folder, "node"))
    .find((path) => existsSync(path));
  return found ?? process.execPath;
}

function readManifest(path: string): {
  readonly version?: unknown;
  readonly packageManager?: unknown;
  readonly exports?: Record<string, unknown>;
} {
  return JSON.parse(readFileSync(path, "utf8"));
}
