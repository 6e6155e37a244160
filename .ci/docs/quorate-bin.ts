import { existsSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../source-files.ts";

/** The command line as it is installed. */
export const BIN: string = join(ROOT, "packages/cli/bin/quorate.js");

if (!existsSync(join(ROOT, "packages/cli/dist/main.js"))) {
  throw new Error("packages/cli is not built: run npm run build first");
}
