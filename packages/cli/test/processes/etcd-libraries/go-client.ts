import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where Debian's packages put the sources of libraries. */
const GOPATH = "/usr/share/gocode";
const SOURCES = fileURLToPath(new URL("go/", import.meta.url));

export const hasGoClient: boolean =
  existsSync(join(GOPATH, "src/go.etcd.io/etcd/clientv3")) &&
  spawnSync("go", ["version"]).status === 0;

/** Builds the recipes with etcd's Go client, unless these sources have been built here before. */
export function buildGoRecipes(): string {
  const hash = createHash("sha256");
  for (const name of readdirSync(SOURCES).sort()) hash.update(readFileSync(join(SOURCES, name)));
  const directory = join(tmpdir(), `quorate-go-recipes-${hash.digest("hex").slice(0, 16)}`);
  const program = join(directory, "recipes");
  if (existsSync(program)) return program;
  mkdirSync(directory, { recursive: true });
  // Whoever else builds it meanwhile sees the whole program or none.
  const unfinished = `${program}-${process.pid}`;
  execFileSync("go", ["build", "-o", unfinished, "."], {
    cwd: SOURCES,
    env: { ...process.env, GOPATH, GO111MODULE: "off", GOFLAGS: "", CGO_ENABLED: "0" },
  });
  renameSync(unfinished, program);
  return program;
}
