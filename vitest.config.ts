import { defineConfig } from "vitest/config";

// Workspace imports resolve to source, so that no test runs on a stale build.
export default defineConfig({
  resolve: { conditions: ["@quorate/source"] },
  ssr: { resolve: { conditions: ["@quorate/source"] } },
  test: {
    projects: ["packages/*", { extends: true, test: { name: "tidy", root: ".ci" } }],
    reporters: ["default", "./.ci/total-reporter.ts"],
  },
});
