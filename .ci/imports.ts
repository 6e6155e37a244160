import { posix } from "node:path";
import { isPure } from "./purity.ts";
import type { SourceFile } from "./source-files.ts";
import type { Token } from "./source-tokens.ts";

/** Who may import what; the first row whose tree holds the file decides. `node:` means any built-in module. */
const ALLOWED: readonly { readonly tree: string; readonly may: readonly string[] }[] = [
  { tree: "packages/core/src/", may: [] },
  { tree: "packages/raft/src/testing/", may: ["@quorate/core", "@quorate/core/testing/sim"] },
  { tree: "packages/raft/src/", may: ["@quorate/core"] },
  { tree: "packages/zab/src/testing/", may: ["@quorate/core", "@quorate/core/testing/sim"] },
  { tree: "packages/zab/src/", may: ["@quorate/core"] },
  { tree: "packages/transport-tcp/src/", may: ["@quorate/core", "node:"] },
  { tree: "packages/storage-fs/src/", may: ["@quorate/core", "node:"] },
  { tree: "packages/kv/src/etcd/alarm/", may: ["@quorate/core"] },
  { tree: "packages/kv/src/etcd/bolt/", may: ["@quorate/core"] },
  { tree: "packages/kv/src/etcd/database/", may: ["@quorate/core"] },
  { tree: "packages/kv/src/etcd/lease/", may: ["@quorate/core"] },
  { tree: "packages/kv/src/etcd/store/", may: ["@quorate/core"] },
  { tree: "packages/kv/src/etcd/codec/", may: ["@quorate/core"] },
  { tree: "packages/kv/src/etcd/apply/", may: ["@quorate/core"] },
  { tree: "packages/kv/src/etcd/watch/", may: ["@quorate/core"] },
  { tree: "packages/kv/src/zookeeper/access/", may: ["@quorate/core"] },
  { tree: "packages/kv/src/zookeeper/store/", may: ["@quorate/core"] },
  { tree: "packages/kv/src/zookeeper/codec/", may: ["@quorate/core"] },
  { tree: "packages/kv/src/zookeeper/apply/", may: ["@quorate/core"] },
  { tree: "packages/kv/src/zookeeper/session/", may: ["@quorate/core"] },
  { tree: "packages/kv/src/zookeeper/watch/", may: ["@quorate/core"] },
  {
    tree: "packages/kv/src/compose/",
    may: [
      "@quorate/core",
      "@quorate/core/memory",
      "@quorate/raft",
      "@quorate/storage-fs",
      "@quorate/transport-tcp",
      "@quorate/zab",
      "node:",
    ],
  },
  {
    tree: "packages/kv/src/testing/",
    may: ["@quorate/core", "@quorate/core/testing/linearizability", "@quorate/core/testing/sim"],
  },
  { tree: "packages/kv/src/", may: ["@quorate/core", "node:"] },
  {
    tree: "packages/cli/src/",
    may: [
      "@quorate/core",
      "@quorate/core/testing/sim",
      "@quorate/kv",
      "@quorate/kv/etcd/codec",
      "@quorate/kv/testing",
      "@quorate/raft",
      "@quorate/raft/testing",
      "@quorate/zab/testing",
      "cli-table3",
      "commander",
      "node:",
      "picocolors",
      "pino",
      "yaml",
      "zod",
    ],
  },
];

/** The imports of a file that the table does not allow, as `path:line specifier`. */
export function refusedImports({ path, tokens }: SourceFile): string[] {
  const row = ALLOWED.find(({ tree }) => path.startsWith(tree));
  if (!row) return [`${path}:1 belongs to no row of the import table`];
  return specifiers(tokens)
    .filter(({ text }) =>
      text.startsWith(".") ? !staysInside(path, text) : !row.may.includes(withoutBuiltin(text)),
    )
    .map(({ text, line }) => `${path}:${line} ${text}`);
}

/** What a file names in `import` and `export … from`, static or dynamic, types too. */
function specifiers(tokens: readonly Token[]): Token[] {
  return tokens.filter(({ kind }, i) => {
    if (kind !== "string") return false;
    const before = tokens[i - 1]?.text;
    return (
      before === "from" ||
      before === "import" ||
      (before === "(" && tokens[i - 2]?.text === "import")
    );
  });
}

function withoutBuiltin(specifier: string): string {
  return specifier.startsWith("node:") ? "node:" : specifier;
}

/** A relative import stays in its package's `src`; what is pure imports only what is pure. */
function staysInside(path: string, specifier: string): boolean {
  const target = posix.join(posix.dirname(path), specifier);
  const [packages, name] = path.split("/");
  return target.startsWith(`${packages}/${name}/src/`) && (!isPure(path) || isPure(target));
}
