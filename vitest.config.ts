import { readdirSync } from "node:fs";
import { defineConfig } from "vitest/config";

const packages = readdirSync("packages").map((name) => ({
  // Without this the conditions below would not reach the packages.
  extends: true as const,
  test: { name: `@quorate/${name}`, root: `packages/${name}` },
}));

// Workspace imports resolve to source, so that no test runs on a stale build.
export default defineConfig({
  resolve: { conditions: ["@quorate/source"] },
  ssr: { resolve: { conditions: ["@quorate/source"] } },
  test: {
    projects: [
      ...packages,
      { extends: true, test: { name: "tidy", root: ".ci", exclude: ["docs/**"] } },
      // They start compilers and clusters, beside whatever else is running.
      {
        extends: true,
        test: { name: "docs", root: ".ci/docs", testTimeout: 60_000, hookTimeout: 60_000 },
      },
    ],
    reporters: ["default", "./.ci/total-reporter.ts"],
  },
});
